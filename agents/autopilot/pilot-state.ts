import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { readIfThere, writeDurably } from "../../stacks/targets/durable-file.ts";
import { KeptPlan } from "../shell/messages.ts";

const Pause = z.strictObject({ paused: z.boolean(), reason: z.string().optional(), sinceMs: z.int() });
export type Pause = z.infer<typeof Pause>;

/** What the autopilot keeps over restarts: whether it is paused, and the last plan. */
export interface PilotStore {
  pause(): Pause | undefined;
  setPause(pause: Pause): void;
  plan(): KeptPlan | undefined;
  setPlan(plan: KeptPlan): void;
}

/** Opens the autopilot's files below `<state>/autopilot`. */
export function openPilotStore(stateDir: string): PilotStore {
  const fileOf = (name: string): string => join(stateDir, "autopilot", name);
  const read = <T>(name: string, schema: z.ZodType<T>): T | undefined => {
    const text = readIfThere(fileOf(name));
    return text === undefined ? undefined : schema.parse(JSON.parse(text));
  };
  const write = (name: string, value: unknown): void => {
    mkdirSync(dirname(fileOf(name)), { recursive: true, mode: 0o700 });
    writeDurably(fileOf(name), JSON.stringify(value));
  };
  return {
    pause: () => read("pause.json", Pause),
    setPause: (pause) => write("pause.json", pause),
    plan: () => read("plan.json", KeptPlan),
    setPlan: (plan) => write("plan.json", plan),
  };
}
