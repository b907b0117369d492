import { runHost } from "../host/worker.ts";
import { connectPartWorker } from "../place/connection.ts";
import type { PartContext } from "./part-protocol.ts";

/** Runs the host part alone until its signal. */
export async function hostPart(context: PartContext): Promise<void> {
  await using bus = await connectPartWorker("host", context.instance, context, context.log);
  bus.onReady(context.ready);
  await runHost({ ...context, bus, runtime: () => ({ runtime: "process" }) });
}
