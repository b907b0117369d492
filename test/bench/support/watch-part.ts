import { serveWatch } from "../../../agents/monitor/watch/serve.ts";
import { readProjectAtRoot } from "../../../agents/monitor/stack-service/project-reading.ts";
import { createLogger } from "../../../bus/kernel/log.ts";
import { connectClient, connectWorker } from "../../../bus/nats/connect.ts";
import { keysDir, readKeys } from "../../../bus/server/keys.ts";

/** The monitor's watch alone, as a process of its own: servers, prefix, the bus's directory, ROOT. */
const [servers = "", prefix = "", natsRoot = "", root = ""] = process.argv.slice(2);
const log = createLogger("monitor", "warn");
const { seed } = (await readKeys(keysDir(natsRoot))).monitor;
const end = new AbortController();
process.once("SIGTERM", () => end.abort());
await using bus = await connectWorker({
  ...{ servers, prefix, log, seed, worker: "monitor", instance: "monitor-1", firstTimeoutMs: 30_000 },
});
const serving = serveWatch({
  bus,
  source: { read: () => readProjectAtRoot(root, `${root}/dockfra`) },
  stateDir: `${root}/dockfra`,
  log,
  signal: end.signal,
});
// its questions are taken as soon as one of its own is answered
const operator = await connectClient({
  ...{ servers, prefix, log, seed: (await readKeys(keysDir(natsRoot))).operator.seed, principal: "operator" },
});
while ((await operator.question("monitor.services", {}).catch(() => undefined)) === undefined)
  await new Promise((resolve) => setTimeout(resolve, 50));
await operator[Symbol.asyncDispose]();
process.stdout.write("ready\n");
await serving;
