import { connectCore } from "../../bus/nats/connect.ts";
import { readKey } from "../../bus/server/keys.ts";
import { runOrchestrator } from "../../orchestrator/main.ts";
import type { PartContext } from "./part-protocol.ts";

/** Runs one orchestrator until its signal. */
export async function orchestratorPart(context: PartContext): Promise<void> {
  const { log, signal, instance, stateDir, ready, servers, prefix, credsDir } = context;
  const { seed } = await readKey(credsDir, "orchestrator");
  await using bus = await connectCore({ servers, prefix, seed, log, instance, firstTimeoutMs: 30_000 });
  await runOrchestrator({ bus, stateDir, instance, log, signal, onReady: ready });
}
