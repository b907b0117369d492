import type { ContainerPlace } from "../../agents/container/place.ts";
import { runRole } from "../../agents/main.ts";
import type { Role } from "../../bus/messages/principals.ts";
import type { FeedWriter } from "../../bus/ports/feed.ts";
import { connectPartWorker } from "../place/connection.ts";
import type { PartContext } from "./part-protocol.ts";

/** Runs one role until its signal. */
export async function agentPart(role: Role, context: PartContext): Promise<void> {
  const { container } = context;
  if (container === undefined) return runAgent(role, context, () => undefined);
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  let feed: FeedWriter | undefined;
  // people get in whether the bus is there or not
  const sshd = keepRoleSshd(role, { ...context, signal }, container, () => feed);
  try {
    await runAgent(role, { ...context, signal }, (bus) => (feed = bus));
  } finally {
    ended.abort();
    await sshd;
  }
}

async function runAgent(
  role: Role,
  context: PartContext,
  onConnected: (bus: FeedWriter) => void,
): Promise<void> {
  const { log, signal, instance, root, stateDir, prefix, ready, container } = context;
  await using bus = await connectPartWorker(role, instance, context, log);
  onConnected(bus);
  bus.onReady(ready);
  await runRole({
    role,
    bus,
    root,
    stateDir,
    prefix,
    instance,
    log,
    signal,
    ...(container ? { container } : {}),
  });
}

async function keepRoleSshd(
  role: Role,
  { log, signal }: PartContext,
  place: ContainerPlace,
  feed: () => FeedWriter | undefined,
): Promise<void> {
  const { keepSshd } = await import("../../agents/container/sshd-keeper.ts");
  await keepSshd({
    place,
    log,
    signal,
    tell: (code, params) =>
      feed()?.tell({ source: role, kind: "health", atMs: Date.now(), code, params: { role, ...params } }),
  });
}
