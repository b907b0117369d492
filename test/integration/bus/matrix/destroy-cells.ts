import { isDeepStrictEqual } from "node:util";
import { workers, type Principal } from "../../../../bus/messages/principals.ts";
import type { Actor } from "./actor.ts";
import type { Outcome } from "./cell.ts";
import { prefix, streamNames, subjectOf } from "./oracle.ts";
import type { Stage } from "./stage.ts";

/** What the server's API says to an account that has no streams: word of the account itself, and nothing else. */
const noJetStream = '"err_code":10039';

/** Requests that would destroy, take or read, each exactly as the API wants it. */
function requestsOf(principal: Principal): { subject: string; body: string }[] {
  const spy = {
    durable_name: "spy",
    deliver_subject: `${subjectOf.inbox(principal)}.spy`,
    ack_policy: "none",
  };
  return ["$JS.API", "JSC.API"].flatMap((api) => [
    { subject: `${api}.STREAM.CREATE.mine`, body: JSON.stringify({ name: "mine", subjects: ["mine.>"] }) },
    ...streamNames.flatMap((stream) => [
      { subject: `${api}.STREAM.PURGE.${stream}`, body: "" },
      { subject: `${api}.STREAM.MSG.DELETE.${stream}`, body: JSON.stringify({ seq: 1 }) },
      { subject: `${api}.STREAM.MSG.GET.${stream}`, body: JSON.stringify({ seq: 1 }) },
      { subject: `${api}.DIRECT.GET.${stream}`, body: JSON.stringify({ seq: 1 }) },
      {
        subject: `${api}.STREAM.UPDATE.${stream}`,
        body: JSON.stringify({ name: stream, subjects: ["x"] }),
      },
      {
        subject: `${api}.CONSUMER.DURABLE.CREATE.${stream}.spy`,
        body: JSON.stringify({ stream_name: stream, config: spy }),
      },
      { subject: `${api}.CONSUMER.DELETE.${stream}.orchestrator`, body: "" },
      { subject: `${api}.STREAM.DELETE.${stream}`, body: "" },
    ]),
    ...workers
      .filter((worker) => worker !== principal)
      .flatMap((worker) => [
        { subject: `${api}.CONSUMER.MSG.NEXT.${prefix}-COMMANDS.${worker}`, body: "10" },
        { subject: `${api}.CONSUMER.DELETE.${prefix}-COMMANDS.${worker}`, body: "" },
      ]),
  ]);
}

async function lookAround(stage: Stage): Promise<unknown> {
  const names = await stage.api<{ streams: string[] }>("STREAM.NAMES");
  const all = names.streams.toSorted();
  const streams = await Promise.all(
    all.map(async (name) => {
      const info = await stage.api<{ config: unknown; state: unknown }>(`STREAM.INFO.${name}`);
      const consumers = await stage.api<{ consumers: { name: string; num_ack_pending: number }[] }>(
        `CONSUMER.LIST.${name}`,
      );
      const list = consumers.consumers.map(({ name: consumer, num_ack_pending: held }) => [consumer, held]);
      return [info.config, info.state, list.toSorted()];
    }),
  );
  return [all, streams];
}

/** Sends well-formed requests to destroy, take and read, as a principal and as a user without limits in its account. */
export async function tryDestroying(
  stage: Stage,
  principal: Principal,
  users: readonly Actor[],
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [at, { nc, settle }] of users.entries()) {
    const before = await lookAround(stage);
    const answered = new Set<string>();
    const requests = requestsOf(principal);
    const inbox = `${subjectOf.inbox(principal)}.destroy${at}`;
    const listening = nc.subscribe(`${inbox}.*`, {
      callback: (error, message) => {
        // of somebody who is not there the server says 503, of an account without JetStream what `noJetStream` is
        if (!error && message.headers?.code !== 503 && !message.string().includes(noJetStream))
          answered.add(requests[Number(message.subject.split(".").at(-1))]?.subject ?? "");
      },
    });
    for (const [n, { subject, body }] of requests.entries())
      nc.publish(subject, body, { reply: `${inbox}.${n}` });
    await settle();
    await stage.settle();
    await settle();
    listening.unsubscribe();
    const changed = !isDeepStrictEqual(await lookAround(stage), before);
    const what = at === 0 ? "with permissions" : "without permissions";
    for (const { subject } of requests)
      outcomes.push({
        principal,
        how: "destroy",
        what,
        subject,
        allowed: false,
        fault: answered.has(subject) ? "was answered" : undefined,
      });
    outcomes.push({
      principal,
      how: "destroy",
      what,
      subject: "all streams and consumers",
      allowed: false,
      fault: changed ? "are changed" : undefined,
    });
  }
  return outcomes;
}
