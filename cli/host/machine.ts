import type { QuestionInput } from "../../bus/messages/questions.ts";
import type { QuestionServer } from "../../bus/ports/intents.ts";
import { readElsewhere } from "../../stacks/engine-projects/elsewhere.ts";
import { listEngineProjects } from "../../stacks/engine-projects/list.ts";
import { changeFile } from "../../stacks/fix/file-changes.ts";
import { detectOnHost } from "../../stacks/suggest/host-finders.ts";
import { createAppClone } from "./app-clone.ts";
import { createStackFetch } from "./fetch.ts";
import { lookAtPorts } from "./ports.ts";

export interface MachineOptions {
  readonly bus: QuestionServer;
  readonly root: string;
  readonly stateDir: string;
  readonly signal: AbortSignal;
  /** Name of the installation; default: as its environment says. */
  readonly prefix?: string;
}

/** Answers what roles in containers cannot see of this machine, and does the little that they may want changed below ROOT. */
export async function serveMachine({ bus, root, stateDir, signal, prefix }: MachineOptions): Promise<void> {
  const fetchStack = createStackFetch({ root, stateDir, signal });
  const cloneApp = createAppClone({ root, stateDir, signal });
  const rules = { root, stateDir, ...(prefix === undefined ? {} : { prefix }) };
  await Promise.all([
    bus.serveQuestion(
      "host.detect",
      (input) => detectOnHost((input as QuestionInput<"host.detect">).key, { root }),
      signal,
    ),
    bus.serveQuestion(
      "host.ports",
      async (input) => ({ ports: await lookAtPorts((input as QuestionInput<"host.ports">).ports) }),
      signal,
    ),
    bus.serveQuestion(
      "host.engine-stacks",
      async () => ({ stacks: readElsewhere(root, (await listEngineProjects()) ?? []) }),
      signal,
    ),
    bus.serveQuestion(
      "host.files",
      async (input) => {
        await changeFile(input as QuestionInput<"host.files">, rules);
        return {};
      },
      signal,
    ),
    bus.serveQuestion(
      "host.clone-app",
      (input) => cloneApp(input as QuestionInput<"host.clone-app">),
      signal,
    ),
    bus.serveQuestion("host.fetch", (input) => fetchStack(input as QuestionInput<"host.fetch">), signal),
  ]);
}
