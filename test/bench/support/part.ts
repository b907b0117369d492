import { z } from "zod";
import { createLogger } from "../../../bus/kernel/log.ts";
import { commands, verbsOf, type CommandType } from "../../../bus/messages/commands.ts";
import { workers } from "../../../bus/messages/principals.ts";
import { connectCore, connectWorker } from "../../../bus/nats/connect.ts";
import { keysDir, readKeys } from "../../../bus/server/keys.ts";
import { runAgent } from "../../../agents/runtime/agent.ts";
import type { Handler } from "../../../agents/runtime/handlers.ts";
import { runOrchestrator } from "../../../orchestrator/main.ts";
import { goodScript } from "../../orchestrator/support/scripted-crew.ts";

/** What a measured process is told in its one argument. */
export const BenchPart = z.strictObject({
  part: z.enum(["orchestrator", "crew"]),
  servers: z.string(),
  prefix: z.string(),
  root: z.string(),
  stacks: z.int(),
});
export type BenchPart = z.infer<typeof BenchPart>;

const { part, servers, prefix, root, stacks } = BenchPart.parse(JSON.parse(process.argv[2] ?? ""));
const log = createLogger(part, "warn");
const keys = await readKeys(keysDir(root));
const end = new AbortController();
process.once("SIGTERM", () => end.abort());
const { signal } = end;
const connection = { servers, prefix, log, firstTimeoutMs: 30_000 };
const ready = (): void => void process.stdout.write("ready\n");

/** The scripted worker's answer, at once; tickets are spread over the stacks. */
function instantly(type: CommandType): Handler<CommandType> {
  return async (input, { commandId, flow }) => {
    const message = { id: commandId, type, worker: workers[0], flow, input };
    if (type !== "manager.triage")
      return await (goodScript[type] as (of: typeof message) => Promise<never>)(message);
    const { ticket } = commands["manager.triage"].input.parse(input);
    const { title, priority, labels } = ticket;
    return {
      title,
      priority,
      labels,
      checks: [],
      repo: "shop",
      stack: `shop-${Number(ticket.id.slice(2)) % stacks}`,
      summary: "A change.",
    };
  };
}

if (part === "orchestrator") {
  await using bus = await connectCore({ ...connection, seed: keys.orchestrator.seed, instance: "bench" });
  await runOrchestrator({ bus, stateDir: root, instance: "bench", log, signal, onReady: ready });
} else {
  const buses = await Promise.all(
    workers.map((worker) =>
      connectWorker({ ...connection, seed: keys[worker].seed, worker, instance: `${worker}-1` }),
    ),
  );
  ready();
  await Promise.all(
    workers.map(async (worker, index) => {
      const bus = buses[index];
      const handlers = Object.fromEntries(verbsOf(worker).map((type) => [type, instantly(type)]));
      if (bus)
        await runAgent({ worker, instance: `${worker}-1`, bus, handlers, log, signal, maxInHand: 256 });
    }),
  );
  for (const bus of buses) await bus[Symbol.asyncDispose]();
}
