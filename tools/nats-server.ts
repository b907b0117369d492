import { toErrorInfo } from "../bus/kernel/errors.ts";
import { ensureNatsServer } from "../bus/server/fetch.ts";
import type { NatsFetchProgress } from "../bus/server/source.ts";
import { createProgressPrinter } from "./progress.ts";

// Makes sure that this machine has a nats-server; silent when it does.
const startedAtMs = performance.now();
const print = createProgressPrinter((line) => process.stderr.write(`setup: ${line}\n`));
let fetched = false;

function onProgress(progress: NatsFetchProgress): void {
  if (!fetched) process.stderr.write("setup: nats-server is missing, fetching it\n");
  fetched = true;
  print(progress);
}

try {
  const { path, version } = await ensureNatsServer({ onProgress });
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  if (fetched) process.stderr.write(`setup: nats-server ${version} in ${seconds} s: ${path}\n`);
} catch (error) {
  process.stderr.write(`setup: ${toErrorInfo(error).message}\n`);
  process.exitCode = 1;
}
