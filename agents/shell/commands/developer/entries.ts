import type { CommandEntry } from "../../command.ts";

/** The developer's commands. */
export const developerCommands: Readonly<Record<string, CommandEntry>> = {
  "my-tickets": {
    summary: "tickets that are the developer's now, and who works on each",
    load: async () => (await import("./my-tickets.ts")).myTickets,
  },
  "ticket-work": {
    summary: "take a ticket from the agent and work on it by hand, in ~/work/<ticket>",
    arguments: ["<ticket>"],
    options: { release: { about: "give it back to the agent" } },
    load: async () => (await import("./ticket-work.ts")).ticketWork,
  },
  "commit-push": {
    summary: "commit what is in ~/work/<ticket> and put it on the ticket's branch",
    arguments: ["[ticket]"],
    options: { message: { value: "<text>", about: "the commit's first line; default: the ticket's title" } },
    load: async () => (await import("./commit-push.ts")).commitPush,
  },
  "ticket-done": {
    summary: "run the tests and send a ticket that you worked on to its review",
    arguments: ["<ticket>"],
    options: { anyway: { about: "send it although its tests fail" } },
    load: async () => (await import("./ticket-done.ts")).ticketDone,
  },
  implement: {
    summary: "have the agent do a ticket, and follow it to its review",
    arguments: ["<ticket>"],
    load: async () => (await import("./implement.ts")).implement,
  },
  review: {
    summary: "a ticket's change, and what the manager's rules say of it",
    arguments: ["<ticket>"],
    load: async () => (await import("./review.ts")).review,
  },
  ask: {
    summary: "ask the developer's language model",
    arguments: ["<question...>"],
    load: async () => (await import("../shared/ask.ts")).ask,
  },
  "test-local": {
    summary: "run the project's tests in the sandbox, on a ticket's branch or on the base",
    arguments: ["[ticket]"],
    options: { repo: { value: "<name>", about: "the repository, where there are several" } },
    load: async () => (await import("./test-local.ts")).testLocal,
  },
  "check-services": {
    summary: "whether Dockfra's parts and the deployed stacks answer",
    load: async () => (await import("./check-services.ts")).checkServices,
  },
  "engine-test": {
    summary: "which engines can write code here, and what the others lack",
    load: async () => (await import("./engine-test.ts")).engineTest,
  },
  "engine-implement": {
    summary: "have one engine work on a ticket that you have by hand",
    arguments: ["<ticket>"],
    options: { engine: { value: "<name>", about: "which one; default: the first that can" } },
    load: async () => (await import("./engine-implement.ts")).engineImplement,
  },
  "aider-start": {
    summary: "start aider in the work tree you are in",
    arguments: ["[argument...]"],
    passesOn: true,
    load: async () => (await import("./tool-start.ts")).startTool("aider"),
  },
  "litellm-start": {
    summary: "start a litellm proxy",
    arguments: ["[argument...]"],
    passesOn: true,
    load: async () => (await import("./tool-start.ts")).startTool("litellm"),
  },
};
