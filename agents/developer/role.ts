import { createBuiltInEngine } from "../engines/built-in/engine.ts";
import { createCommandEngine } from "../engines/command.ts";
import { createPatchEngine } from "../engines/patch.ts";
import { createLlm } from "../llm/llm.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import type { FeedWriter } from "../../bus/ports/feed.ts";
import type { Operations } from "../door/operations.ts";
import type { Handlers } from "../runtime/handlers.ts";
import type { RoleOptions } from "../role-options.ts";
import type { HandOver } from "../runtime/hand-over.ts";
import { createSerial } from "../runtime/serial.ts";
import { createByHand } from "./by-hand.ts";
import { openMarks } from "./by-hand-marks.ts";
import { byHandOperations } from "./by-hand-operations.ts";
import { handToolOperations } from "./by-hand-tools.ts";
import { createCandidate } from "./candidate.ts";
import { createImplement } from "./implement.ts";
import { createMerge } from "./merge.ts";
import type { DeveloperServices } from "./services.ts";

export interface DeveloperOptions extends RoleOptions {
  readonly tell: FeedWriter["tell"];
  readonly log: Logger;
}

/** What the developer's agent does: its commands, what its shell asks, and handing tickets over to people. */
export function createDeveloper({ client, stateDir, root, instance, sandbox, tell, log }: DeveloperOptions): {
  readonly handlers: Handlers;
  readonly operations: Operations;
  readonly handOver: HandOver;
} {
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
      createBuiltInEngine({ llm, home, run, apart: sandbox.treesDir !== undefined }),
    ],
  };
  const hands = createByHand({ marks: openMarks(stateDir, instance), client, instance });
  const parts = { services, hands, tell, log };
  return {
    handlers: {
      "developer.implement": createImplement(services),
      "developer.candidate": createCandidate(services),
      "developer.merge": createMerge(services),
    },
    operations: { ...byHandOperations(parts), ...handToolOperations({ ...parts, llm }) },
    handOver: hands,
  };
}
