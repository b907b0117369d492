import { runRole } from "../../agents/main.ts";
import type { Role } from "../../bus/messages/principals.ts";
import { connectPartWorker } from "../place/connection.ts";
import type { PartContext } from "./part-protocol.ts";

/** Runs one role until its signal. */
export async function agentPart(role: Role, context: PartContext): Promise<void> {
  const { log, signal, instance, root, stateDir, ready, container } = context;
  await using bus = await connectPartWorker(role, instance, context, log);
  bus.onReady(ready);
  await runRole({ role, bus, root, stateDir, instance, log, signal, ...(container ? { container } : {}) });
}
