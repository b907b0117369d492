import type { QuestionInput } from "../../bus/messages/questions.ts";
import type { QuestionServer } from "../../bus/ports/intents.ts";
import { readElsewhere } from "../../stacks/engine-projects/elsewhere.ts";
import { listEngineProjects } from "../../stacks/engine-projects/list.ts";
import { detectValue } from "./detect.ts";
import { createStackFetch } from "./fetch.ts";
import { lookAtPorts } from "./ports.ts";

export interface MachineOptions {
  readonly bus: QuestionServer;
  readonly root: string;
  readonly stateDir: string;
  readonly signal: AbortSignal;
}

/** Answers what roles in containers cannot see of this machine: suggestions, ports, the stacks' own pages. */
export async function serveMachine({ bus, root, stateDir, signal }: MachineOptions): Promise<void> {
  const fetchStack = createStackFetch({ root, stateDir, signal });
  await Promise.all([
    bus.serveQuestion(
      "host.detect",
      (input) => detectValue((input as QuestionInput<"host.detect">).key, root),
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
    bus.serveQuestion("host.fetch", (input) => fetchStack(input as QuestionInput<"host.fetch">), signal),
  ]);
}
