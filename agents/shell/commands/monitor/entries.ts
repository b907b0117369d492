import type { CommandEntry } from "../../command.ts";

/** The monitor's commands. */
export const monitorCommands: Readonly<Record<string, CommandEntry>> = {
  deploy: {
    summary: "bring up a stack or a device with its base branch, or put back what ran before",
    arguments: ["<target>", "[commit]"],
    load: async () => (await import("./operate.ts")).operate("deploy"),
  },
  rollback: {
    summary: "put an earlier release of a stack or a device back",
    arguments: ["<target>", "[release]"],
    load: async () => (await import("./operate.ts")).operate("rollback"),
  },
  verify: {
    summary: "run the project's checks on what runs now",
    arguments: ["<target>"],
    load: async () => (await import("./operate.ts")).operate("verify"),
  },
  "health-check": {
    summary: "whether every service of the stacks is healthy",
    arguments: ["[target]"],
    load: async () => (await import("./operate.ts")).operate("health-check"),
  },
  "service-status": {
    summary: "services with state, health and ports",
    arguments: ["[target]"],
    load: async () => (await import("./operate.ts")).operate("service-status"),
  },
  "log-analyze": {
    summary: "what the last lines of a log say, by rules and, where a key is, by the language model",
    arguments: ["<name>"],
    options: { lines: { value: "<n>", about: "how many lines; default 300" } },
    load: async () => (await import("./log-analyze.ts")).logAnalyze,
  },
  ask: {
    summary: "ask the monitor's language model",
    arguments: ["<question...>"],
    load: async () => (await import("../shared/ask.ts")).ask,
  },
  status: {
    summary: "Dockfra's parts, tickets by state, stacks",
    load: async () => (await import("../shared/status.ts")).status,
  },
};
