import { verbsOf, type CommandType } from "./messages/commands.ts";
import type { Intent } from "./messages/intents.ts";
import type { Principal, Worker } from "./messages/principals.ts";
import { questions, type Question } from "./messages/questions.ts";

/** What one principal may do on the bus; whatever is not here is refused by the server. */
export interface Grants {
  /** Verbs it may ask of the orchestrator. */
  readonly intents: readonly Intent[];
  /** Commands it is handed, and may report results of. */
  readonly commands: readonly CommandType[];
  /** Questions it may put to another principal. */
  readonly questions: readonly Question[];
  /** Whether it may write to the feed. */
  readonly feed: boolean;
  /** Whether it may follow the feed live. */
  readonly watch: boolean;
}

const read = [
  "ticket.list",
  "ticket.show",
  "flow.history",
  "deploy.list",
  "incident.list",
  "status.show",
  "feed.list",
  "artifact.get",
] as const;
const manageTickets = [
  "ticket.create",
  "ticket.update",
  "ticket.comment",
  "ticket.assign",
  "ticket.pause",
  "ticket.resume",
  "ticket.cancel",
  "ticket.reopen",
  "artifact.put",
] as const;
/** A person's word: never a role's, whose model may have been hijacked by the text it reads. */
const judge = ["ticket.approve", "ticket.reject"] as const;
const work = ["command.claim", "command.check", "artifact.put", "settings.get"] as const;

/** What changes this machine for the monitor in its container, and is nobody else's to ask. */
const hostWork = ["host.files", "host.clone-app"] as const;
const peoplesQuestions = (Object.keys(questions) as Question[]).filter(
  (question) => !hostWork.some((one) => one === question),
);

function unique<T>(...lists: readonly (readonly T[])[]): readonly T[] {
  return [...new Set(lists.flat())];
}

/** What a person may ask, at the command line or through the page. */
const person = unique(read, manageTickets, judge, [
  "settings.get",
  "settings.set",
  "dead.list",
  "dead.retry",
  "dead.drop",
] as const);

/**
 * The one capability table. From it come the NATS accounts and their imports, the commands of the role shells,
 * the buttons of the page, the docs page and the matrix test.
 */
export const capabilities: Readonly<Record<Principal, Grants>> = {
  manager: {
    intents: unique(read, manageTickets, work, ["settings.set"] as const),
    commands: verbsOf("manager"),
    questions: ["host.project"],
    feed: true,
    watch: true,
  },
  autopilot: {
    intents: unique(read, manageTickets, work),
    commands: verbsOf("autopilot"),
    questions: ["host.project"],
    feed: true,
    watch: true,
  },
  developer: {
    intents: unique(read, work, ["ticket.comment"] as const),
    commands: verbsOf("developer"),
    questions: ["host.project"],
    feed: true,
    watch: true,
  },
  monitor: {
    intents: unique(read, work, [
      "ticket.comment",
      "ticket.preview",
      "incident.report",
      "incident.clear",
    ] as const),
    commands: verbsOf("monitor"),
    questions: ["host.project", "host.detect", "host.ports", "host.fetch", "host.engine-stacks", ...hostWork],
    feed: true,
    watch: true,
  },
  host: {
    intents: unique(["command.check"] as const),
    commands: verbsOf("host"),
    questions: [],
    feed: true,
    watch: false,
  },
  operator: {
    intents: person,
    commands: [],
    questions: peoplesQuestions,
    feed: false,
    watch: true,
  },
  gateway: {
    intents: person,
    commands: [],
    questions: peoplesQuestions,
    feed: true,
    watch: true,
  },
  orchestrator: { intents: [], commands: [], questions: [], feed: true, watch: true },
};

/** Principals that live in the CORE account, where JetStream is; all others have an account of their own. */
export const corePrincipals = ["orchestrator"] as const;

/** Who answers a question: `host` for `host.project`. */
export function answererOf(question: Question): Worker {
  return question.slice(0, question.indexOf(".")) as Worker;
}
