import { cloneAppSource } from "../../agents/git/app-clone.ts";
import type { Invocation } from "../invocation.ts";
import { resolveRoot } from "../place/root.ts";
import { prepareStateDir } from "../place/state-dir.ts";

/** `clone-app`: gets the project's code into its app folder. @throws `app_source_missing`, `app_source_invalid`, `app_exists`, `clone_failed` */
export async function cloneApp(invocation: Invocation<object>): Promise<void> {
  const { options, screen, signal } = invocation;
  const root = await resolveRoot(options.root);
  const stateDir = await prepareStateDir(root);
  const { dir, url, branch } = await cloneAppSource({
    ...{ root, stateDir, signal },
    onLine: (line) => screen.note(line),
  });
  if (screen.json) screen.data({ ok: true, dir, url, branch });
  else screen.line(`${dir} has ${url} at ${branch}. Go on with: dockfra up`);
}
