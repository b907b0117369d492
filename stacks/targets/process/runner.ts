/**
 * The runner: a small process per stack that holds its public port and its instances, and outlives the monitor.
 * Started as `node runner.ts STATE_DIR STACK`.
 */
import { existsSync, rmSync } from "node:fs";
import { socketName } from "./runner-protocol.ts";
import { createRunnerServer } from "./runner-server.ts";
import { lockRunner, unlockRunner } from "./runner-lock.ts";
import { loadState } from "./runner-state.ts";
import { Supervisor } from "./supervisor.ts";

const answerTimeMs = 100;

const [dir, stack] = process.argv.slice(2);
if (dir === undefined || stack === undefined)
  throw new Error("The runner needs a state directory and a stack.");

// nobody reads stderr after the start
process.stderr.on("error", () => process.stderr.destroy());
// a relative socket name is short, however deep the project lies; a directory that is gone stays gone
process.chdir(dir);
if (lockRunner(dir)) serve(dir, stack);

function serve(stateDir: string, stackName: string): void {
  const supervisor = new Supervisor(stateDir, stackName, loadState(stateDir));
  const recovered = supervisor.recover();
  const leave = (): void => {
    rmSync(socketName, { force: true });
    unlockRunner(stateDir);
  };
  const exit = (): void => {
    leave();
    process.exit(0);
  };
  // whoever asks now learns why; the next call starts a runner that tries again
  let idleExitMs = 10_000;
  recovered.catch(() => {
    idleExitMs = 0;
  });
  const { server, isIdle } = createRunnerServer({
    supervisor,
    recovered,
    // the place is free before the answer leaves, for whoever starts the stack again at once
    onStopped: () => {
      leave();
      setTimeout(() => process.exit(0), answerTimeMs);
    },
  });
  rmSync(socketName, { force: true });
  server.listen(socketName);
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => void supervisor.stop({ forGood: false }).finally(exit));
  let idleSinceMs = performance.now();
  setInterval(() => {
    // who removes the project's state wants nothing of it to stay
    if (!existsSync(stateDir)) void supervisor.stop({ forGood: false }).finally(() => process.exit(0));
    if (!isIdle()) idleSinceMs = performance.now();
    else if (performance.now() - idleSinceMs > idleExitMs) exit();
  }, 500);
}
