import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LogRoomOptions } from "../../../stacks/watch/log-room.ts";
import { ProcessFollow } from "../../../stacks/watch/process-follow.ts";
import { targetDirOf } from "../../../stacks/targets/select-target.ts";
import type { StackNames } from "./stack-names.ts";

/** Sets the logs of processes apart from those of Compose projects, none of which is named so. */
const mark = "process:";

/** The name in the room of logs of a stack that runs as a process; `undefined` for every other. */
export function findProcessStack(
  { reading, projectsOf }: StackNames,
  stack: string,
  stateDir: string,
): string | undefined {
  const deploy = reading?.project.deploy ?? {};
  const names = [stack, ...projectsOf(stack)];
  const name = names.find((one) => Object.hasOwn(deploy, one));
  const kind = name === undefined ? undefined : deploy[name]?.target;
  if (name === undefined || (kind !== "process" && kind !== "auto")) return undefined;
  const dir = targetDirOf(stateDir, name);
  const ran = existsSync(join(dir, "runner.json")) && !existsSync(join(dir, "compose.json"));
  return kind === "process" || ran ? `${mark}${name}` : undefined;
}

/** Makes what opens the logs of processes. */
export function createProcessLogs(stateDir: string): NonNullable<LogRoomOptions["open"]> {
  return (name, bounds) => {
    if (!name.startsWith(mark)) return undefined;
    const service = name.slice(mark.length);
    return new ProcessFollow({ ...bounds, service, dir: join(targetDirOf(stateDir, service), "logs") });
  };
}
