import { invalidInput } from "./kernel/errors.ts";
import type { CommandType } from "./messages/commands.ts";
import type { FeedKind } from "./messages/feed.ts";
import type { FlowRef } from "./messages/flow.ts";
import type { Intent } from "./messages/intents.ts";
import type { Principal, Worker } from "./messages/principals.ts";
import type { Question } from "./messages/questions.ts";

const prefixPattern = /^[a-z][a-z0-9-]{0,30}$/;

/** Checks an installation's prefix: it names subjects, streams, containers, networks and labels. @throws invalid_prefix */
export function parsePrefix(value: string): string {
  if (prefixPattern.test(value)) return value;
  throw invalidInput(
    "invalid_prefix",
    `"${value.slice(0, 60)}" cannot be a prefix. Use 1 to 31 of a-z, 0-9 and "-", beginning with a letter.`,
    { params: { prefix: value.slice(0, 60) } },
  );
}

const token = (name: string): string => name.replaceAll(".", "-");
const verbOf = (type: string): string => token(type.slice(type.indexOf(".") + 1));
const headOf = (type: string): string => type.slice(0, type.indexOf("."));

/** All subjects and stream names of one installation; the only place where they are spelled. */
export function createSubjects(prefix: string) {
  const p = parsePrefix(prefix);
  return {
    prefix: p,
    /** Request to the orchestrator; the principal's account can only reach its own. */
    intent: (principal: Principal, verb: Intent) => `${p}.do.${principal}.${token(verb)}`,
    intentsOf: (principal: Principal) => `${p}.do.${principal}.*`,
    allIntents: `${p}.do.*.*`,
    flow: (ref: FlowRef) => `${p}.flow.${ref.kind}.${ref.id}`,
    allFlows: `${p}.flow.*.*`,
    command: (type: CommandType, instance = "any") => `${p}.cmd.${headOf(type)}.${instance}.${verbOf(type)}`,
    commandsOf: (worker: Worker) => `${p}.cmd.${worker}.any.*`,
    /** Events between flows, taken by any orchestrator. */
    flowSend: `${p}.cmd.orchestrator.any.flow-send`,
    allCommands: `${p}.cmd.>`,
    result: (type: CommandType) => `${p}.done.${headOf(type)}.${verbOf(type)}`,
    resultsOf: (worker: Worker) => `${p}.done.${worker}.*`,
    timer: (ref: FlowRef, name: string) => `${p}.timer.${ref.kind}.${ref.id}.${token(name)}`,
    allTimers: `${p}.timer.>`,
    fired: (ref: FlowRef) => `${p}.fired.${ref.kind}.${ref.id}`,
    allFired: `${p}.fired.>`,
    feed: (source: Principal, kind: FeedKind) => `${p}.feed.${source}.${kind}`,
    feedOf: (source: Principal) => `${p}.feed.${source}.*`,
    allFeed: `${p}.feed.>`,
    dead: (stream: string) => `${p}.dead.${token(stream)}`,
    allDead: `${p}.dead.*`,
    beat: (part: string, instance: string) => `${p}.beat.${part}.${instance}`,
    beatsOf: (part: string) => `${p}.beat.${part}.*`,
    allBeats: `${p}.beat.*.*`,
    question: (question: Question) => `${p}.ask.${headOf(question)}.${verbOf(question)}`,
    streams: {
      flows: `${p}-FLOWS`,
      commands: `${p}-COMMANDS`,
      done: (worker: Worker) => `${p}-DONE-${worker}`,
      timers: `${p}-TIMERS`,
      feed: `${p}-FEED`,
      dead: `${p}-DEAD`,
      settings: `${p}-SETTINGS`,
      artifacts: `${p}-ARTIFACTS`,
    },
  } as const;
}
export type Subjects = ReturnType<typeof createSubjects>;

/** Reads the principal and the verb's token out of an intent's subject. */
export function parseIntentSubject(subject: string): { principal: string; token: string } | undefined {
  const [, kind, principal, verb, ...rest] = subject.split(".");
  return kind === "do" && principal && verb && rest.length === 0 ? { principal, token: verb } : undefined;
}
