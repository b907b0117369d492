import { z } from "zod";
import { createLogger } from "../../../bus/kernel/log.ts";
import { connectCore, connectWorker } from "../../../bus/nats/connect.ts";
import { workers } from "../../../bus/messages/principals.ts";
import { keysDir, readKeys } from "../../../bus/server/keys.ts";
import { runAgent } from "../../../agents/runtime/agent.ts";
import { verbsOf } from "../../../bus/messages/commands.ts";
import { runOrchestrator } from "../../../orchestrator/main.ts";
import { openEffectTarget } from "./effects.ts";
import { chaosHandlers } from "./handlers.ts";

/** What a child process is told in its one argument. */
export const PartOptions = z.strictObject({
  part: z.enum(["orchestrator", "crew"]),
  /** Name of this instance; stays the same over restarts. */
  name: z.string(),
  servers: z.string(),
  prefix: z.string(),
  root: z.string(),
  stateDir: z.string(),
  effectsDir: z.string(),
  stacks: z.int(),
  slowMs: z.number(),
  patienceMs: z.int(),
  ackWaitMs: z.int(),
  maxInHand: z.int(),
  logLevel: z.string(),
});
export type PartOptions = z.infer<typeof PartOptions>;

const options = PartOptions.parse(JSON.parse(process.argv[2] ?? ""));
const { name, servers, prefix } = options;
const log = createLogger(name, options.logLevel);
const keys = await readKeys(keysDir(options.root));
const end = new AbortController();
process.once("SIGTERM", () => end.abort());
const { signal } = end;

if (options.part === "orchestrator") {
  await using bus = await connectCore({
    servers,
    prefix,
    seed: keys.orchestrator.seed,
    instance: name,
    log,
    firstTimeoutMs: 30_000,
    ackWaitMs: options.ackWaitMs,
  });
  const { stateDir, patienceMs } = options;
  await runOrchestrator({
    bus,
    stateDir,
    instance: name,
    log,
    signal,
    patienceMs,
    onReady: () => process.stdout.write("ready\n"),
  });
} else {
  const target = await openEffectTarget(options.effectsDir);
  const all = chaosHandlers({ target, stacks: options.stacks, slowMs: options.slowMs });
  await Promise.all(
    workers.map(async (worker) => {
      const instance = `${worker}-${name}`;
      await using bus = await connectWorker({
        servers,
        prefix,
        seed: keys[worker].seed,
        worker,
        instance,
        log,
        firstTimeoutMs: 30_000,
      });
      const handlers = Object.fromEntries(verbsOf(worker).map((type) => [type, all[type]]));
      await runAgent({ worker, instance, bus, handlers, log, signal, maxInHand: options.maxInHand });
    }),
  );
}
