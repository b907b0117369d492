import type { CommandEntry, OptionEntry } from "../../command.ts";

const priority: OptionEntry = {
  value: "<priority>",
  choices: ["low", "normal", "high", "critical"],
  about: "low, normal, high or critical",
};

/** What can be set of a role. */
const settings = {
  model: { value: "<name>", about: 'its language model; "" takes the default again' },
} as const;

/** The manager's commands. */
export const managerCommands: Readonly<Record<string, CommandEntry>> = {
  "ticket-create": {
    summary: "hand in a ticket",
    arguments: ["[title...]"],
    options: {
      description: { value: "<text>", about: "what is wanted, in full, or - for standard input" },
      file: { value: "<file>", about: "title (first heading) and description from a Markdown file" },
      check: {
        value: "<check>",
        repeats: true,
        about: 'what must be true on the running app: GET / contains "x"',
      },
      priority,
      label: { value: "<label>", repeats: true, about: "a label" },
      repo: { value: "<name>", about: "the repository to change" },
      stack: { value: "<name>", about: "the stack it is deployed to" },
    },
    load: async () => (await import("./ticket-create.ts")).ticketCreate,
  },
  "ticket-list": {
    summary: "all tickets, newest first",
    options: {
      state: { value: "<state>", repeats: true, about: "only those in this state" },
      priority: { ...priority, about: "only those of this priority" },
      limit: { value: "<n>", about: "how many at most" },
    },
    load: async () => (await import("./ticket-list.ts")).ticketList,
  },
  "ticket-show": {
    summary: "everything about one ticket",
    arguments: ["<ticket>"],
    load: async () => (await import("./ticket-show.ts")).ticketShow,
  },
  "ticket-push": {
    summary: "send tickets to GitHub",
    arguments: ["[ticket]"],
    load: async () => (await import("./ticket-sync.ts")).syncTickets("push"),
  },
  "ticket-pull": {
    summary: "take tickets from GitHub",
    load: async () => (await import("./ticket-sync.ts")).syncTickets("pull"),
  },
  plan: {
    summary: "have the language model cut a text into tickets",
    arguments: ["[text...]"],
    options: {
      file: { value: "<file>", about: "read the text from a file, or - for standard input" },
      create: { about: "hand the tickets in" },
    },
    load: async () => (await import("./plan.ts")).plan,
  },
  ask: {
    summary: "ask the manager's language model",
    arguments: ["<question...>"],
    load: async () => (await import("../shared/ask.ts")).ask,
  },
  status: {
    summary: "Dockfra's parts, tickets by state, stacks",
    load: async () => (await import("../shared/status.ts")).status,
  },
  "config-show": {
    summary: "each role's settings",
    load: async () => (await import("./config.ts")).configShow,
  },
  "config-developer": {
    summary: "show or set the developer's settings",
    options: settings,
    load: async () => (await import("./config.ts")).configRole("developer"),
  },
  "config-monitor": {
    summary: "show or set the monitor's settings",
    options: settings,
    load: async () => (await import("./config.ts")).configRole("monitor"),
  },
  "config-autopilot": {
    summary: "show or set the autopilot's settings",
    options: settings,
    load: async () => (await import("./config.ts")).configRole("autopilot"),
  },
  "ssh-to": {
    summary: "a shell, or one command, in another role's container",
    arguments: ["<role>", "[command...]"],
    passesOn: true,
    load: async () => (await import("../shared/ssh-to.ts")).sshTo,
  },
};
