import type { Invocation } from "../invocation.ts";
import { act } from "./act.ts";

/** `stop [STACK [service…]]`: stops a stack or some of its services, whose data stays; without one everything of the installation. @throws `supervisor_stuck` */
export async function stop(
  invocation: Invocation<object>,
  stack: string | undefined,
  services: readonly string[],
): Promise<number | void> {
  if (stack === undefined) return (await import("../containers/stop.ts")).stop(invocation);
  return act(invocation, { do: "stop", stack, ...(services.length > 0 ? { services: [...services] } : {}) });
}

/** `restart STACK [service…]`: starts containers again; exit code 0 where every one runs. */
export function restartStack(
  invocation: Invocation<object>,
  stack: string,
  services: readonly string[],
): Promise<number> {
  return act(invocation, {
    do: "restart",
    stack,
    ...(services.length > 0 ? { services: [...services] } : {}),
  });
}
