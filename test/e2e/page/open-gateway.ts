import { join } from "node:path";
import { putArtifact, sha256Of } from "../../../bus/artifact-transfer.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import { createCredentials } from "../../../gateway/auth/credentials.ts";
import { startGateway } from "../../../gateway/main.ts";
import { makeGatewayProject, type TestProject } from "../../gateway/support/project.ts";
import { goodScript, type Script } from "../../orchestrator/support/scripted-crew.ts";

/** Where the page is built to. */
export const pagesDir = join(import.meta.dirname, "../../../gateway/ui/dist");

/** A real gateway with the built page, over a crew of scripts on the memory bus. */
export interface OpenGateway extends AsyncDisposable {
  readonly url: string;
  readonly project: TestProject;
  readonly developer: WorkerBus;
  /** A new start-up link, good for one visit. */
  link(): Promise<string>;
}

export interface OpenOptions {
  readonly script?: Script;
  /** What the scripted developer changed. */
  readonly diff?: string;
}

const smallDiff = `diff --git a/a.txt b/a.txt
--- a/a.txt
+++ b/a.txt
@@ -1,2 +1,2 @@
 kept
-before
+after
`;

/** Starts such a gateway on a free port. */
export async function openGateway({ script, diff = smallDiff }: OpenOptions = {}): Promise<OpenGateway> {
  const bytes = new TextEncoder().encode(diff);
  const implement: Script["developer.implement"] = async (message) => ({
    ...(await goodScript["developer.implement"](message)),
    diff: sha256Of(bytes),
  });
  const project = await makeGatewayProject({ script: { "developer.implement": implement, ...script } });
  await putArtifact(project.house.operator, bytes);
  const end = new AbortController();
  const { options, house } = project;
  const gateway = await startGateway({ ...options, pagesDir, port: 0, signal: end.signal });
  const credentials = createCredentials(options.stateDir);
  return {
    url: gateway.url,
    project,
    developer: house.bus.worker("developer", "developer-talks"),
    link: async () => `${gateway.url}/#token=${await credentials.newLogin()}`,
    async [Symbol.asyncDispose]() {
      end.abort();
      await gateway.ended;
      await project[Symbol.asyncDispose]();
    },
  };
}
