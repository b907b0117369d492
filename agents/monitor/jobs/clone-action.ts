import { toDockfraError } from "../../../bus/kernel/errors.ts";
import { cloneAppSource, type ClonedApp } from "../../git/app-clone.ts";
import type { JobAction, JobParts, JobRun } from "./actions.ts";

/** Makes the action that gets the project's code into its app folder. */
export function createCloneApp(parts: JobParts): JobAction<"clone-app"> {
  const { root, stateDir, inContainer = false } = parts;
  return async (run) => {
    const { dir, url, branch } = inContainer
      ? await cloneByHost(parts, run)
      : await cloneAppSource({
          ...{ root, stateDir, signal: run.signal },
          onLine: (line) => run.log(line),
          onStarted: (pid) => run.started(pid),
        });
    return { dir, url, branch };
  };
}

const answerMs = 10_000;

/** Has the host do it, as its user; it ends it where it is not asked after. @throws what the host refuses */
async function cloneByHost(
  { bus }: Pick<JobParts, "bus">,
  { id, signal, log }: JobRun<"clone-app">,
): Promise<ClonedApp> {
  for (let after = 0; ;) {
    const { lines, end } = await bus.question(
      "host.clone-app",
      { id, after, cancel: signal.aborted },
      { timeoutMs: answerMs },
    );
    for (const line of lines) log(line);
    after += lines.length;
    if (end?.ok === false) throw toDockfraError(end.error);
    if (end !== undefined) return end;
  }
}
