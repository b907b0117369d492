import type { CommandEntry } from "../../command.ts";

/** The autopilot's commands. */
export const autopilotCommands: Readonly<Record<string, CommandEntry>> = {
  "pilot-status": {
    summary: "whether the autopilot decides or is paused, and what waits",
    load: async () => (await import("./pilot-status.ts")).pilotStatus,
  },
  "pilot-log": {
    summary: "what it decided, with the reasons",
    options: { limit: { value: "<n>", about: "how many at most; default 20" } },
    load: async () => (await import("./pilot-log.ts")).pilotLog,
  },
  "pilot-run": {
    summary: "one round now: let every ticket begin that may",
    load: async () => (await import("./pilot-run.ts")).pilotRun,
  },
  "pilot-plan": {
    summary: "have the language model cut a goal into tickets, and keep the plan",
    arguments: ["[goal...]"],
    options: { file: { value: "<file>", about: "read the goal from a file, or - for standard input" } },
    load: async () => (await import("./pilot-plan.ts")).pilotPlan,
  },
  "create-from-plan": {
    summary: "hand in the tickets of the kept plan",
    load: async () => (await import("./pilot-plan.ts")).createFromPlan,
  },
  "pilot-pause": {
    summary: "let every decision wait for a person",
    arguments: ["[reason...]"],
    load: async () => (await import("./pilot-pause.ts")).pilotPause,
  },
  "pilot-resume": {
    summary: "decide again",
    load: async () => (await import("./pilot-pause.ts")).pilotResume,
  },
  "ssh-to": {
    summary: "a shell, or one command, in another role's container",
    arguments: ["<role>", "[command...]"],
    passesOn: true,
    load: async () => (await import("../shared/ssh-to.ts")).sshTo,
  },
};
