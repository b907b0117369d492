import { capabilities } from "../../../../bus/capabilities.ts";
import { principals, type Principal } from "../../../../bus/messages/principals.ts";
import { newToken } from "./actor.ts";
import { answerAll, settleAll, type Cast } from "./answer-cells.ts";
import type { Outcome } from "./cell.ts";
import { isWorker, outer, prefix, reachOf, subjectOf } from "./oracle.ts";
import type { Stage } from "./stage.ts";

/** Where a reply would do harm, each with a token by which it is found. */
function targetsOf(principal: Principal): ((token: string) => string)[] {
  const others = principals.filter((other) => other !== principal);
  return [
    (token) => `${prefix}.flow.ticket.${token}`,
    (token) => `${prefix}.timer.ticket.${token}.step`,
    (token) => `${prefix}.fired.ticket.${token}`,
    (token) => `${prefix}.dead.${token}`,
    (token) => `${prefix}.cmd.orchestrator.any.${token}`,
    (token) => `${prefix}.watch.manager.${token}`,
    (token) => `$KV.${prefix}-SETTINGS.${token}`,
    (token) => `$O.${prefix}-ARTIFACTS.C.${token}`,
    (token) => `$JS.API.STREAM.INFO.${token}`,
    (token) => `$JS.API.STREAM.DELETE.${token}`,
    (token) => `$JS.ACK.${prefix}-COMMANDS.any.1.1.1.1.${token}`,
    (token) => `_R_.${token}`,
    (token) => `_INBOX.${token}`,
    ...others.flatMap((other) => [
      (token: string) => `${prefix}.do.${other}.${token}`,
      (token: string) => `${prefix}.feed.${other}.${token}`,
      (token: string) => `${prefix}.beat.${other}.${token}`,
      (token: string) => `${subjectOf.inbox(other)}.${token}`,
      ...(isWorker(other)
        ? [
            (token: string) => `${prefix}.done.${other}.${token}`,
            (token: string) => `${prefix}.cmd.${other}.any.${token}`,
            (token: string) => `${prefix}.ask.${other}.${token}`,
          ]
        : []),
    ]),
  ];
}

/** One door of each kind that a principal may go through: what answers there is a part, a stream, or the server's API. */
function carriersOf(principal: Principal): { subject: string; body: string }[] {
  const kinds = new Map<string, string>();
  for (const { subject } of reachOf(principal)) {
    const kind = subject.split(".").slice(0, subject.startsWith("$") || subject.startsWith("J") ? 4 : 2);
    // of questions one for each who answers
    if (kind[1] === "ask") kind.push(subject.split(".")[2] ?? "");
    kinds.set(kind.join("."), subject);
  }
  return [...kinds.values()].map((subject) => ({
    subject: subject.replace(/\*$/, "any").replace(/>$/, "1.1.1.1.0"),
    body: subject.includes("MSG.NEXT") ? `{"batch":1,"no_wait":true}` : "",
  }));
}

/** Sends everything that is allowed with a reply that is not, while all who answer do so without looking. */
export async function tryRedirecting(stage: Stage, cast: Cast): Promise<Outcome[]> {
  const end = answerAll(cast);
  await settleAll(stage, cast);
  const sent = outer.flatMap((principal) =>
    carriersOf(principal).flatMap(({ subject, body }) =>
      targetsOf(principal).map((target) => {
        const [token, bodyToken] = [newToken(), newToken()];
        const reply = target(token);
        cast[principal].nc.publish(subject, body || bodyToken, { reply });
        return { principal, subject, reply, tokens: [token, bodyToken] };
      }),
    ),
  );
  await settleAll(stage, cast);
  // streams acknowledge behind the connections' backs
  await new Promise((resolve) => setTimeout(resolve, 200));
  await settleAll(stage, cast);
  end();
  return sent.map(({ principal, subject, reply, tokens }): Outcome => {
    const abroad = tokens
      .flatMap((token) => stage.arrivals(token))
      .filter(({ account, subject: at }) => account !== principal && at === reply);
    const fault = abroad.length > 0 ? `arrived at ${abroad[0]?.account}` : undefined;
    return {
      principal,
      how: "reply redirected",
      what: capabilities[principal].commands.length > 0 ? "by a worker" : "by a client",
      subject: `${subject} to ${reply.replace(/c\d+c/, "…")}`,
      allowed: false,
      fault,
    };
  });
}
