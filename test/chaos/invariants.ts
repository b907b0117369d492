import { isDeepStrictEqual } from "node:util";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FlowRecord } from "../../bus/messages/flow.ts";
import type { CoreBus } from "../../bus/ports/bus.ts";
import { workers } from "../../bus/messages/principals.ts";
import { createJetStreamApi } from "../../bus/nats/jetstream-api.ts";
import { openWire } from "../../bus/nats/connection.ts";
import { silentLogger } from "../../bus/kernel/log.ts";
import { createSubjects } from "../../bus/subjects.ts";
import { createViewReader } from "../../orchestrator/view/reader.ts";
import { openView } from "../../orchestrator/view/schema.ts";
import { standardRegistry } from "../../workflows/registry.ts";
import { ticketState, toTicketView } from "../../workflows/ticket/view.ts";
import type { Effect, EffectTarget } from "./support/effects.ts";
import { endOf, type Wanted } from "./support/driver.ts";
import { chaosAckWaitMs, type Installation } from "./support/installation.ts";

/** Everything that was broken, one sentence each; empty is what we want. */
export type Broken = string[];

/** Reads the whole log, flow by flow, in order. */
async function readFlows(core: CoreBus): Promise<{ flows: Map<string, FlowRecord[]>; lastSeq: number }> {
  const { lastSeq } = await core.flows.extent();
  const flows = new Map<string, FlowRecord[]>();
  const end = new AbortController();
  if (lastSeq === 0) return { flows, lastSeq };
  for await (const { seq, record } of core.flows.follow(1, end.signal)) {
    const key = `${record.kind}/${record.id}`;
    flows.set(key, [...(flows.get(key) ?? []), record]);
    if (seq >= lastSeq) end.abort();
  }
  return { flows, lastSeq };
}

/** I3, I4: versions without gaps, each state what the pure machine makes of the one before, by a legal transition. */
export function checkFold(records: readonly FlowRecord[]): Broken {
  const broken: Broken = [];
  let before: FlowRecord | undefined;
  for (const record of records) {
    const { kind, id, version, machine, event, cause, atMs } = record;
    const where = `${kind}/${id} version ${version} (${event.type})`;
    if (version !== (before?.version ?? 0) + 1)
      broken.push(`${where} follows version ${before?.version ?? 0}`);
    const definition = standardRegistry.version(kind, machine);
    const by = { principal: cause.principal, ...(cause.actor ? { actor: cause.actor } : {}) };
    const full = { ...event, atMs, by };
    const next = before ? definition.advance(before.snapshot, full) : definition.create({ kind, id }, full);
    if (!next) broken.push(`${where} is no legal transition from ${JSON.stringify(before?.snapshot.value)}`);
    else if (!isDeepStrictEqual(plain(next.snapshot), plain(record.snapshot)))
      broken.push(`${where} is not what the machine makes of it`);
    if (new Set(record.causes.map(([key]) => key)).size !== record.causes.length)
      broken.push(`${where} took one cause twice`);
    before = record;
  }
  return broken;
}

/** I2: each effect once under its key, asked for by a flow, and one merge for each ticket that closed. */
export function checkEffects(
  effects: readonly Effect[],
  flows: ReadonlyMap<string, readonly FlowRecord[]>,
): Broken {
  const broken: Broken = [];
  const asked = new Set<string>();
  for (const records of flows.values())
    for (const record of records) for (const { id } of record.pending) asked.add(id);
  const merges = new Map<string, Effect[]>();
  for (const effect of effects) {
    if (!asked.has(effect.commandId)) broken.push(`the effect ${effect.commandId} was asked for by no flow`);
    if (effect.type === "developer.merge")
      merges.set(effect.ticket, [...(merges.get(effect.ticket) ?? []), effect]);
  }
  for (const [key, records] of flows) {
    const last = records.at(-1);
    if (last?.kind !== "ticket") continue;
    const made = merges.get(last.id) ?? [];
    const wanted = ticketState(last.snapshot.value) === "closed" ? 1 : 0;
    if (made.length !== wanted) broken.push(`${key} was merged ${made.length} times, not ${wanted}`);
    const { mergedCommit } = toTicketView(last);
    const commit = (made[0]?.output as { commit?: string } | undefined)?.commit;
    if (wanted === 1 && mergedCommit !== commit)
      broken.push(`${key} says it merged ${mergedCommit}, the target has ${commit}`);
    const deployed = effects.filter(
      ({ type, ticket }) => type === "monitor.deploy" && ticket === last.id,
    ).length;
    const rounds = records.filter(({ event }) => event.type === "deploy.live").length;
    if (deployed !== rounds) broken.push(`${key} was deployed ${deployed} times in ${rounds} rounds`);
  }
  return broken;
}

/** I1: every ticket that was answered is there once and ended as its plot says. */
function checkEnds(wanted: readonly Wanted[], flows: ReadonlyMap<string, readonly FlowRecord[]>): Broken {
  const broken: Broken = [];
  const tickets = [...flows.values()]
    .map((records) => records.at(-1))
    .filter((record) => record?.kind === "ticket");
  if (tickets.length !== wanted.length)
    broken.push(`${wanted.length} tickets were asked for, ${tickets.length} are there`);
  if (new Set(wanted.map(({ id }) => id)).size !== wanted.length)
    broken.push("two requests were answered with the same ticket");
  for (const { id, plot, title } of wanted) {
    const last = flows.get(`ticket/${id}`)?.at(-1);
    const view = last && toTicketView(last);
    if (!view) broken.push(`${id} was answered and is not there`);
    else if (view.title !== title) broken.push(`${id} has the title "${view.title}", not "${title}"`);
    else if (view.state !== endOf[plot])
      broken.push(
        `${id} (${title}) is ${JSON.stringify(last.snapshot.value)}, not ${endOf[plot]}: ${view.blocked?.error.message ?? ""}`,
      );
  }
  return broken;
}

/** The read model of each orchestrator holds what is in the log, no more and no less. */
function checkView(path: string, flows: ReadonlyMap<string, readonly FlowRecord[]>, lastSeq: number): Broken {
  const db = openView(path);
  try {
    const reader = createViewReader(db);
    const broken: Broken = [];
    const { seq } = reader.progress();
    if (seq !== lastSeq) broken.push(`${path} is at ${seq}, the log at ${lastSeq}`);
    const { tickets } = reader.tickets({ limit: 100_000 });
    const shown = new Map(tickets.map((ticket) => [ticket.id, ticket]));
    for (const records of flows.values()) {
      const last = records.at(-1);
      if (last?.kind !== "ticket") continue;
      if (!isDeepStrictEqual(shown.get(last.id), plain(toTicketView(last))))
        broken.push(`${path} shows another ${last.id} than the log has`);
      shown.delete(last.id);
    }
    if (shown.size > 0)
      broken.push(`${path} shows ${[...shown.keys()].join(", ")}, which the log does not have`);
    return broken;
  } finally {
    db.close();
  }
}

/** What is left in the work queues once everything is at rest, waiting a little for late copies. */
async function checkQueues({ nats }: Installation, withinMs: number): Promise<Broken> {
  const { streams } = createSubjects(nats.prefix);
  await using wire = await openWire({
    ...nats.options("orchestrator"),
    principal: "orchestrator",
    name: "chaos-queues",
    log: silentLogger,
    firstTimeoutMs: 5_000,
  });
  const api = createJetStreamApi(wire);
  const names = [streams.commands, ...workers.map((worker) => streams.done(worker))];
  const deadline = Date.now() + withinMs;
  for (;;) {
    const left = await Promise.all(
      names.map(async (name) => {
        const info = await api.call<{ state: { messages: number } }>(`STREAM.INFO.${name}`);
        return info.ok && info.value.state.messages === 0
          ? []
          : [`${name} holds ${info.ok ? info.value.state.messages : "nothing that can be read"}`];
      }),
    );
    if (left.flat().length === 0 || Date.now() > deadline) return left.flat();
    await sleep(250);
  }
}

/** Waits until nothing was appended for two seconds: what is cut off in its last step is read only by the next start. */
async function untilAtRest(core: CoreBus): Promise<void> {
  for (let before = -1, tries = 0; tries < 10; tries += 1) {
    const { lastSeq } = await core.flows.extent();
    if (lastSeq === before) return;
    before = lastSeq;
    await sleep(2_000);
  }
}

/** Checks everything; stops the parts on the way, so that nothing moves any more. */
export async function checkInvariants(
  house: Installation,
  wanted: readonly Wanted[],
  target: EffectTarget,
): Promise<Broken> {
  const queues = await checkQueues(house, 20_000);
  await using core = await house.nats.core(chaosAckWaitMs, "checker");
  const letters = await core.dead.list(20);
  const dead = letters.map(
    ({ subject, error }) => `a dead letter of ${subject}: ${error.code} ${error.message}`,
  );
  await untilAtRest(core);
  await house.stopParts();
  const { flows, lastSeq } = await readFlows(core);
  const views = house.orchestrators.flatMap((name) =>
    checkView(join(house.stateDir, "view", `${name}.sqlite`), flows, lastSeq),
  );
  const effects = await target.all();
  const attempts = await target.attempts();
  const counted =
    attempts.length < effects.length
      ? [`${effects.length} effects, but only ${attempts.length} attempts`]
      : [];
  return [
    ...checkEnds(wanted, flows),
    ...[...flows.values()].flatMap(checkFold),
    ...checkEffects(effects, flows),
    ...views,
    ...queues,
    ...dead,
    ...counted,
  ];
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
