import { cloneAppSource } from "../../git/app-clone.ts";
import type { JobAction, JobParts } from "./actions.ts";

/** Makes the action that gets the project's code into its app folder. */
export function createCloneApp({ root, stateDir }: JobParts): JobAction<"clone-app"> {
  return async (run) => {
    const { dir, url, branch } = await cloneAppSource({
      ...{ root, stateDir, signal: run.signal },
      onLine: (line) => run.log(line),
      onStarted: (pid) => run.started(pid),
    });
    return { dir, url, branch };
  };
}
