import { answererOf, capabilities } from "../../../bus/capabilities.ts";
import { verbsOf, type CommandType } from "../../../bus/messages/commands.ts";
import { intents, type Intent } from "../../../bus/messages/intents.ts";
import { principals, workers, type Principal, type Worker } from "../../../bus/messages/principals.ts";
import { questions, type Question } from "../../../bus/messages/questions.ts";
import type { Subjects } from "../../../bus/subjects.ts";

/** One thing that one principal may or may not do. */
export interface Cell {
  readonly principal: Principal;
  readonly subject: string;
  /** What reaching it looks like: an answer of whoever serves it, or of a stream. */
  readonly allowed: boolean;
}

const isWorker = (principal: Principal): principal is Worker =>
  (workers as readonly Principal[]).includes(principal);

/** Every principal times everything that can be published to; what is allowed follows from the table, spelled out anew. */
export function publishCells(subjects: Subjects): Cell[] {
  const cells: Cell[] = [];
  const verbs = Object.keys(intents) as Intent[];
  const commandTypes: CommandType[] = workers.flatMap((worker) => [...verbsOf(worker)]);
  for (const principal of principals.filter((name) => name !== "orchestrator")) {
    const grants = capabilities[principal];
    const add = (subject: string, allowed: boolean) => cells.push({ principal, subject, allowed });
    for (const asked of principals) {
      for (const verb of verbs)
        add(subjects.intent(asked, verb), asked === principal && grants.intents.includes(verb));
      add(subjects.feed(asked, "log"), asked === principal && grants.feed);
      add(subjects.beat(asked, "one"), asked === principal && isWorker(principal));
    }
    for (const type of commandTypes) {
      add(subjects.command(type), false);
      add(subjects.result(type), grants.commands.includes(type));
    }
    for (const question of Object.keys(questions) as Question[]) {
      if (answererOf(question) !== principal)
        add(subjects.question(question), grants.questions.includes(question));
    }
    const flow = { kind: "ticket", id: "T-1" } as const;
    for (const subject of [
      subjects.flow(flow),
      subjects.flowSend,
      subjects.timer(flow, "step"),
      subjects.fired(flow),
      subjects.dead("any"),
    ])
      add(subject, false);
    for (const [verb, stream] of streamVerbs(subjects)) add(`$JS.API.${verb}.${stream}`, false);
    for (const owner of workers) {
      for (const api of ["$JS.API", "JSC.API"]) {
        const own = api === "JSC.API" && owner === principal;
        add(`${api}.CONSUMER.INFO.${subjects.streams.commands}.${owner}`, own);
        add(`${api}.CONSUMER.MSG.NEXT.${subjects.streams.commands}.${owner}`, own);
        add(`${api}.CONSUMER.DELETE.${subjects.streams.commands}.${owner}`, false);
      }
    }
    add("$JS.API.INFO", false);
    add("$SYS.REQ.SERVER.PING", false);
  }
  return cells;
}

function streamVerbs(subjects: Subjects): [string, string][] {
  const { streams } = subjects;
  const names = [
    streams.flows,
    streams.commands,
    streams.timers,
    streams.feed,
    streams.dead,
    `KV_${streams.settings}`,
    `OBJ_${streams.artifacts}`,
  ];
  const verbs = [
    "STREAM.INFO",
    "STREAM.CREATE",
    "STREAM.UPDATE",
    "STREAM.PURGE",
    "STREAM.DELETE",
    "STREAM.MSG.GET",
    "STREAM.MSG.DELETE",
    "DIRECT.GET",
  ];
  return names.flatMap((name) => verbs.map((verb): [string, string] => [verb, name]));
}
