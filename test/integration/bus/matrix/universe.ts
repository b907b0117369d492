import { intents } from "../../../../bus/messages/intents.ts";
import { commands } from "../../../../bus/messages/commands.ts";
import { feedKinds } from "../../../../bus/messages/feed.ts";
import { FlowKind } from "../../../../bus/messages/flow.ts";
import { principals, workers } from "../../../../bus/messages/principals.ts";
import { questions } from "../../../../bus/messages/questions.ts";
import { prefix, streamNames, subjectOf } from "./oracle.ts";

/** A subject that somebody may try, and what the report calls its like. */
export interface Place {
  readonly what: string;
  readonly subject: string;
}

const streamVerbs = [
  ...["CREATE", "UPDATE", "INFO", "DELETE", "PURGE", "MSG.GET", "MSG.DELETE", "SNAPSHOT", "RESTORE"],
  ...["PEER.REMOVE", "LEADER.STEPDOWN"],
] as const;
const consumerVerbs = ["INFO", "DELETE", "MSG.NEXT", "PAUSE", "UNPIN", "LEADER.STEPDOWN"] as const;

function streamPlaces(api: string, stream: string): Place[] {
  const at = (what: string, rest: string): Place => ({ what, subject: `${api}.${rest}` });
  return [
    ...streamVerbs.map((verb) => at("streams: create, read, purge, delete", `STREAM.${verb}.${stream}`)),
    at("messages: direct get", `DIRECT.GET.${stream}`),
    at("messages: direct get", `DIRECT.GET.${stream}.${prefix}.flow.ticket.T-0001`),
    ...consumerVerbs.map((verb) => at("consumers of streams", `CONSUMER.${verb}.${stream}.none`)),
    at("consumers of streams", `CONSUMER.CREATE.${stream}.spy`),
    at("consumers of streams", `CONSUMER.CREATE.${stream}.spy.${prefix}.flow.ticket.T-0001`),
    at("consumers of streams", `CONSUMER.CREATE.${stream}`),
    at("consumers of streams", `CONSUMER.DURABLE.CREATE.${stream}.spy`),
    at("consumers of streams", `CONSUMER.LIST.${stream}`),
    at("consumers of streams", `CONSUMER.NAMES.${stream}`),
  ];
}

const accountVerbs = [
  ...["INFO", "STREAM.LIST", "STREAM.NAMES", "STREAM.TEMPLATE.NAMES", "ACCOUNT.PURGE.walls-CORE"],
  ...["META.LEADER.STEPDOWN", "SERVER.REMOVE", "STREAM.INFO.other", "STREAM.CREATE.other"],
];
const systemSubjects = [
  ...["$SYS.REQ.SERVER.PING", "$SYS.REQ.SERVER.PING.CONNZ", "$SYS.REQ.SERVER.PING.JSZ", "$SYS.REQ.USER.INFO"],
  ...[`$SYS.REQ.ACCOUNT.${prefix}-CORE.INFO`, "$SYS.REQ.ACCOUNT.PING.CONNZ", "$SYS.REQ.ACCOUNT.PING.SUBSZ"],
  ...["$SYS.REQ.ACCOUNT.PING.STATZ", "$SYS.ACCOUNT.CLAIMS.UPDATE", "$SYS.REQ.SERVER.X.RELOAD"],
];

function places(what: string, subjects: readonly string[]): Place[] {
  return subjects.map((subject) => ({ what, subject }));
}

/** Every subject and API of one installation that a message can be published to. */
export function publishPlaces(): readonly Place[] {
  const verbs = Object.keys(intents);
  const types = Object.keys(commands);
  const asked = Object.keys(questions);
  const kinds = FlowKind.options;
  return [
    ...principals.flatMap((principal) => [
      ...places(
        "intents",
        [...verbs, "ticket.steal", "x"].map((verb) => subjectOf.intent(principal, verb)),
      ),
      ...places(
        "feed",
        [...feedKinds, "other"].map((kind) => `${prefix}.feed.${principal}.${kind}`),
      ),
      ...places("live feed", [`${prefix}.watch.${principal}.log`]),
      ...places("heartbeats", [`${prefix}.beat.${principal}.one`, `${prefix}.beat.${principal}.one.more`]),
      ...places("inboxes", [`${subjectOf.inbox(principal)}.any`]),
    ]),
    ...places("questions", [...asked, ...workers.map((worker) => `${worker}.other`)].map(subjectOf.question)),
    ...places("commands", [
      ...types.flatMap((type) => [subjectOf.command(type), subjectOf.command(type, "one")]),
      `${prefix}.cmd.orchestrator.any.flow-send`,
    ]),
    ...places("results", [...types, ...workers.map((worker) => `${worker}.other`)].map(subjectOf.result)),
    ...places(
      "flows and timers",
      kinds.flatMap((kind) => [
        `${prefix}.flow.${kind}.T-0001`,
        `${prefix}.timer.${kind}.T-0001.step`,
        `${prefix}.fired.${kind}.T-0001`,
      ]),
    ),
    ...places("dead letters", [
      ...streamNames.map((name) => `${prefix}.dead.${name}`),
      ...workers.map((worker) => `${prefix}.dead.${prefix}-COMMANDS-${worker}`),
    ]),
    ...places("settings and artifacts", [
      `$KV.${prefix}-SETTINGS.llm`,
      `$O.${prefix}-ARTIFACTS.C.hash`,
      `$O.${prefix}-ARTIFACTS.M.hash`,
      "$KV.other.llm",
      "$O.other.C.hash",
    ]),
    ...streamNames.flatMap((stream) => streamPlaces("$JS.API", stream)),
    ...[`${prefix}-COMMANDS`, `${prefix}-FLOWS`].flatMap((stream) => streamPlaces("JSC.API", stream)),
    ...workers.flatMap((worker) =>
      ["$JS.API", "JSC.API"].flatMap((api) =>
        places(
          "consumers of roles",
          consumerVerbs.map((verb) => `${api}.CONSUMER.${verb}.${prefix}-COMMANDS.${worker}`),
        ),
      ),
    ),
    ...places("acks and flow control", [
      ...workers.map((worker) => `$JS.ACK.${prefix}-COMMANDS.${worker}.1.9.9.1.0`),
      ...streamNames.flatMap((name) => [`$JS.ACK.${name}.orchestrator.1.9.9.1.0`, `$JS.FC.${name}.any.one`]),
    ]),
    ...accountVerbs.flatMap((verb) => places("account of JetStream", [`$JS.API.${verb}`, `JSC.API.${verb}`])),
    ...places("server", [...systemSubjects, "$SRV.PING", "$SRV.INFO", "_INBOX.any", "_R_.any"]),
  ];
}

/** Everything that somebody may try to listen to. */
export function listenPlaces(): readonly Place[] {
  const heads = ["do", "flow", "cmd", "done", "timer", "fired", "feed", "dead", "beat", "watch", "ask"];
  return [
    ...places("everything", [">", "*", "*.>", "*.*.*.*", `${prefix}.>`, `${prefix}.*.*.*`]),
    ...places(
      "a kind of message",
      heads.map((head) => `${prefix}.${head}.>`),
    ),
    ...places("a kind of message", [`${prefix}.do.*.*`, `${prefix}.beat.*.*`, `${prefix}.ask.*.*`]),
    ...principals.flatMap((principal) => [
      ...places("intents", [`${prefix}.do.${principal}.*`, `${prefix}.do.${principal}.ticket-create`]),
      ...places("feed", [`${prefix}.feed.${principal}.*`, `${prefix}.watch.${principal}.log`]),
      ...places("heartbeats", [`${prefix}.beat.${principal}.*`]),
      ...places("inboxes", [`${subjectOf.inbox(principal)}.>`, `${subjectOf.inbox(principal)}.one`]),
    ]),
    ...workers.flatMap((worker) => [
      ...places("commands and results", [`${prefix}.cmd.${worker}.any.*`, `${prefix}.done.${worker}.*`]),
      ...places("questions", [`${prefix}.ask.${worker}.*`]),
    ]),
    ...places("questions", Object.keys(questions).map(subjectOf.question)),
    ...places("server", ["$JS.>", "$JS.API.>", "$JS.EVENT.>", "$JS.ACK.>", "JSC.>", "JSC.API.>", "$SYS.>"]),
    ...places("server", ["$SRV.>", "$KV.>", "$O.>", "_INBOX.>", "_INBOX.*", "_R_.>", "_R_.*", "_GR_.>"]),
  ];
}
