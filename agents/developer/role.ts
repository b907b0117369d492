import { createBuiltInEngine } from "../engines/built-in/engine.ts";
import { createCommandEngine } from "../engines/command.ts";
import { createPatchEngine } from "../engines/patch.ts";
import { createLlm } from "../llm/llm.ts";
import type { Handlers } from "../runtime/handlers.ts";
import type { RoleOptions } from "../role-options.ts";
import { createSerial } from "../runtime/serial.ts";
import { createCandidate } from "./candidate.ts";
import { createImplement } from "./implement.ts";
import { createMerge } from "./merge.ts";
import type { DeveloperServices } from "./services.ts";

/** The developer's commands. */
export function developerHandlers({ client, stateDir, root, instance, sandbox }: RoleOptions): Handlers {
  const { home, run } = sandbox;
  const llm = createLlm({ client, role: "developer", stateDir });
  const services: DeveloperServices = {
    client,
    stateDir,
    root,
    instance,
    sandbox,
    redactor: llm.redactor,
    serial: createSerial(),
    engines: [
      createPatchEngine(),
      createCommandEngine({ home, run }),
      createBuiltInEngine({ llm, home, run }),
    ],
  };
  return {
    "developer.implement": createImplement(services),
    "developer.candidate": createCandidate(services),
    "developer.merge": createMerge(services),
  };
}
