import { headers as createHeaders, type MsgHdrs } from "@nats-io/nats-core";
import { capabilities } from "../../../../bus/capabilities.ts";
import { workers, type Principal } from "../../../../bus/messages/principals.ts";
import { newToken } from "./actor.ts";
import { settleAll, type Cast } from "./answer-cells.ts";
import type { Outcome } from "./cell.ts";
import { isWorker, outer, prefix, streamNames, subjectOf } from "./oracle.ts";
import type { Stage } from "./stage.ts";

interface Trick {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the stream has to refuse the message, by its own answer. */
  readonly refused: boolean;
  /** Where it would have an effect. */
  readonly target?: string;
}

/** What headers can ask of a server beyond storing a message. */
function tricksOf(principal: Principal): Trick[] {
  const other = principal === "manager" ? "developer" : "manager";
  const targets = (token: string): string[] => [
    `${prefix}.flow.ticket.${token}`,
    `${prefix}.fired.ticket.${token}`,
    `${prefix}.cmd.${other}.any.${token}`,
    `${prefix}.done.${other}.${token}`,
    `${prefix}.do.${other}.${token}`,
  ];
  const past = "@at 2020-01-01T00:00:00Z";
  return [
    ...targets(newToken()).flatMap((target): Trick[] => [
      {
        name: "schedule",
        target,
        refused: true,
        headers: { "Nats-Schedule": past, "Nats-Schedule-Target": target },
      },
      {
        name: "schedule that repeats",
        target,
        refused: true,
        headers: { "Nats-Schedule": "@every 1s", "Nats-Schedule-Target": target, "Nats-Schedule-TTL": "5s" },
      },
      { name: "trace", target, refused: false, headers: { "Nats-Trace-Dest": target } },
    ]),
    { name: "rollup", refused: true, headers: { "Nats-Rollup": "all" } },
    { name: "rollup", refused: true, headers: { "Nats-Rollup": "sub" } },
    { name: "time to live", refused: true, headers: { "Nats-TTL": "1s" } },
    {
      name: "batch",
      refused: true,
      headers: { "Nats-Batch-Id": "b", "Nats-Batch-Sequence": "1", "Nats-Batch-Commit": "1" },
    },
    { name: "counter", refused: true, headers: { "Nats-Incr": "+1" } },
    { name: "expectation", refused: true, headers: { "Nats-Expected-Stream": `${prefix}-FLOWS` } },
    { name: "expectation", refused: true, headers: { "Nats-Expected-Last-Sequence": "999999" } },
    { name: "expectation", refused: true, headers: { "Nats-Expected-Last-Msg-Id": "forged" } },
    {
      name: "expectation",
      refused: true,
      headers: {
        "Nats-Expected-Last-Subject-Sequence": "999999",
        "Nats-Expected-Last-Subject-Sequence-Subject": `${prefix}.flow.ticket.T-0001`,
      },
    },
  ];
}

/** Everything of one principal that a stream keeps. */
function keptOf(principal: Principal): string[] {
  return [
    ...(capabilities[principal].feed ? [`${prefix}.feed.${principal}.log`] : []),
    ...(isWorker(principal) ? [`${prefix}.dead.${prefix}-COMMANDS-${principal}`] : []),
    ...capabilities[principal].commands.map(subjectOf.result),
  ];
}

const toHeaders = (pairs: Readonly<Record<string, string>>): MsgHdrs => {
  const result = createHeaders();
  for (const [name, value] of Object.entries(pairs)) result.set(name, value);
  return result;
};

interface State {
  readonly first_seq: number;
  readonly messages: number;
}
async function stateOf(stage: Stage, stream: string): Promise<State> {
  return (await stage.api<{ state: State }>(`STREAM.INFO.${stream}`)).state;
}

async function ask(cast: Cast, principal: Principal, subject: string, headers: MsgHdrs): Promise<PubAck> {
  const { nc } = cast[principal];
  const reply = `${subjectOf.inbox(principal)}.${newToken()}`;
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish({ error: { description: "no answer" } }), 2_000);
    const listening = nc.subscribe(reply, {
      callback: (error, message) => finish(error ? {} : message.json<PubAck>()),
    });
    const finish = (ack: PubAck): void => {
      clearTimeout(timer);
      listening.unsubscribe();
      resolve(ack);
    };
    nc.publish(subject, newToken(), { reply, headers });
  });
}

interface PubAck {
  readonly stream?: string;
  readonly duplicate?: boolean;
  readonly error?: { readonly description?: string };
}

/** Sends what may be sent with headers that ask for more; nothing of that may happen, and no stream may lose a message. */
export async function tryHeaders(stage: Stage, cast: Cast): Promise<Outcome[]> {
  await settleAll(stage, cast);
  const before = await Promise.all(streamNames.map((name) => stateOf(stage, name)));
  const tried = await Promise.all(
    outer.flatMap((principal) =>
      keptOf(principal).flatMap((subject) =>
        tricksOf(principal).map(async (trick) => ({
          principal,
          subject,
          trick,
          ack: await ask(cast, principal, subject, toHeaders(trick.headers)),
        })),
      ),
    ),
  );
  // a schedule of the past fires at once, one that repeats within a second
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  await settleAll(stage, cast);
  const outcomes = tried.map(({ principal, subject, trick, ack }): Outcome => {
    const token = /c\d+c/.exec(trick.target ?? "")?.[0] ?? "";
    const reached = stage.arrivals(token).filter((arrival) => arrival.subject === trick.target);
    let fault: string | undefined;
    if (reached.length > 0) fault = `arrived at ${reached[0]?.account}`;
    else if (trick.refused && !ack.error) fault = "was stored";
    return {
      principal,
      how: "header",
      what: trick.name,
      subject: `${subject} with ${Object.keys(trick.headers)[0]}${trick.target ? ` for ${trick.target.replace(token, "…")}` : ""}`,
      allowed: false,
      fault,
    };
  });
  for (const [at, name] of streamNames.entries()) {
    const [was, is] = [before[at], await stateOf(stage, name)];
    const lost = is.messages < (was?.messages ?? 0) || is.first_seq !== was?.first_seq;
    outcomes.push({
      principal: "orchestrator",
      how: "header",
      what: "streams afterwards",
      subject: name,
      allowed: false,
      fault: lost ? "lost messages" : undefined,
    });
  }
  return [...outcomes, ...(await poison(cast))];
}

/** Takes an id that another one is about to use: what that one sends must be kept all the same. */
async function poison(cast: Cast): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const attacker of outer.filter((principal) => keptOf(principal).length > 0)) {
    for (const victim of workers.filter((worker) => worker !== attacker)) {
      const headers = toHeaders({ "Nats-Msg-Id": `ticket.T-0001.${newToken()}` });
      for (const subject of keptOf(attacker)) await ask(cast, attacker, subject, headers);
      const result = capabilities[victim].commands[0];
      if (!result) continue;
      const ack = await ask(cast, victim, subjectOf.result(result), headers);
      const fault = ack.stream && !ack.duplicate ? undefined : "the victim's message was swallowed";
      outcomes.push({
        principal: attacker,
        how: "header",
        what: "message id",
        subject: `id of ${victim}`,
        allowed: false,
        fault,
      });
    }
  }
  return outcomes;
}
