import { principals, type Principal } from "../../../../bus/messages/principals.ts";
import { capabilities } from "../../../../bus/capabilities.ts";
import type { Outcome } from "./cell.ts";
import { answeredBy, askersOf, outer, prefix, reachOf, subjectOf } from "./oracle.ts";
import type { Stage } from "./stage.ts";

/** One line for each door of an account, as the server and as the table tell it. */
type Door = string;

const watch = `${prefix}.watch.>`;

function importsOf(principal: Principal, account: (owner: Principal) => string): Door[] {
  if (principal === "orchestrator") return [];
  const doors = reachOf(principal).map(
    ({ subject, arrivesAs = subject, account: owner }) =>
      `import service ${arrivesAs} of ${account(owner)} as ${subject}`,
  );
  if (capabilities[principal].watch)
    doors.push(`import stream ${watch} of ${account("orchestrator")} as ${watch}`);
  return doors;
}

function exportsOf(principal: Principal, account: (owner: Principal) => string): Door[] {
  const door = (type: string, subject: string, to: readonly Principal[], replies: string): Door[] =>
    to.map((reader) => `export ${type} ${subject} to ${account(reader)}${replies}`);
  if (principal !== "orchestrator") {
    return answeredBy(principal).flatMap((question) =>
      door("service", subjectOf.question(question), askersOf(question), ", Singleton"),
    );
  }
  const services = outer.flatMap((reader) =>
    reachOf(reader)
      .filter((reach) => reach.account === "orchestrator")
      .flatMap(({ subject, arrivesAs = subject, manyReplies }) =>
        door("service", arrivesAs, [reader], manyReplies ? ", Streamed" : ", Singleton"),
      ),
  );
  const watchers = principals.filter((reader) => reader !== "orchestrator" && capabilities[reader].watch);
  return [...services, ...door("stream", watch, watchers, "")];
}

/**
 * Asks the server for the doors of an account: each that the table needs is there, and no other. This sees what no
 * message can show, such as an export that nobody imports yet.
 */
export async function tryDoors(stage: Stage, principal: Principal): Promise<Outcome[]> {
  const info = await stage.accountInfo(principal);
  const account = (owner: Principal): string => stage.names.get(owner) ?? "";
  const there = new Set<Door>();
  for (const { type, subject, account: owner, local_subject: local = "" } of info.imports ?? []) {
    // every account of a server has these; what they bring is about the account itself
    if (owner !== "$SYS") there.add(`import ${type} ${subject} of ${owner} as ${local}`);
  }
  for (const { type, subject, response_type: replies, approved_accounts: to } of info.exports ?? [])
    for (const reader of to ?? ["everyone"])
      there.add(`export ${type} ${subject} to ${reader}${type === "service" ? `, ${replies}` : ""}`);
  if (info.jetstream_enabled) there.add("JetStream");

  const wanted = new Set([...importsOf(principal, account), ...exportsOf(principal, account)]);
  if (principal === "orchestrator") wanted.add("JetStream");
  const tell = (subject: Door, allowed: boolean, fault?: string): Outcome => ({
    principal,
    how: "server's own list",
    what: "doors of accounts",
    subject,
    allowed,
    fault,
  });
  return [
    ...[...wanted].map((door) => tell(door, true, there.has(door) ? undefined : "is not there")),
    ...[...there].filter((door) => !wanted.has(door)).map((door) => tell(door, false, "is there")),
    tell("any other door", false),
  ];
}
