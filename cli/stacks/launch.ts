import type { ComposeEnvironment } from "../../bus/messages/stack-jobs.ts";
import type { ClientBus } from "../../bus/ports/bus.ts";
import type { Invocation } from "../invocation.ts";
import { printableLine } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/screen.ts";
import { act } from "./act.ts";

export interface LaunchCommandOptions {
  readonly environment?: ComposeEnvironment;
  readonly build?: boolean;
  readonly pull?: boolean;
  readonly approve?: readonly string[];
  readonly force?: boolean;
  readonly detach?: boolean;
}

/** `launch`: brings stacks up where they stand; exit code 0 where every service runs. */
export function launch(
  invocation: Invocation<LaunchCommandOptions>,
  stacks: readonly string[],
): Promise<number> {
  const { environment, build, pull, approve, force, detach = false } = invocation.options;
  return act(
    invocation,
    {
      ...{ do: "launch", stacks: [...stacks] },
      ...(environment === undefined ? {} : { environment }),
      ...(build === undefined ? {} : { build }),
      ...(pull === undefined ? {} : { pull }),
      ...(approve === undefined ? {} : { approve: [...approve] }),
      ...(force === undefined ? {} : { force }),
    },
    { detach, onDone: (bus) => showWhatIsNext(bus, invocation.screen) },
  );
}

/** The buttons of dockfra.yaml for after a launch, as far as their conditions hold. */
async function showWhatIsNext(bus: ClientBus, screen: Screen): Promise<void> {
  const { postLaunch = [] } = await bus.question("monitor.stacks", {});
  for (const { label, action } of postLaunch.filter(({ shown }) => shown))
    screen.line(`  ${printableLine(label)}: ${printableLine(action)}`);
}
