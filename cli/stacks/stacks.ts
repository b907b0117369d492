import type { ProjectView, StackView } from "../../bus/messages/stack-service.ts";
import type { ServiceState } from "../../bus/messages/stack-watch.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { printableLine } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/screen.ts";
import { alignRows } from "../../terminal/table.ts";
import { isFailing, noServices, readServices } from "./service-list.ts";

/** `stacks`: every stack with its state, those that run from elsewhere too; exit code 2 where one misses a value. */
export async function listStacks(invocation: Invocation<object>): Promise<number> {
  const { screen } = invocation;
  const view = await withOperator(invocation, (bus) => bus.question("monitor.stacks", {}));
  const { services } = screen.json ? noServices : await readServices(invocation);
  const exitCode = view.stacks.some(({ missing }) => missing.length > 0) ? 2 : 0;
  if (screen.json) {
    screen.data({ ok: exitCode === 0, ...view });
    return exitCode;
  }
  if (view.stacks.length === 0) screen.line("No stack here, and none runs on the engine.");
  for (const line of alignRows(view.stacks.map((stack) => toStackRow(screen, stack, services))))
    screen.line(line);
  for (const { message } of notes(view))
    screen.note(`${screen.paint("red", "✗")} ${printableLine(message, 1_000)}`);
  return exitCode;
}

/** One row of `stacks`. */
export function toStackRow(screen: Screen, stack: StackView, all: readonly ServiceState[]): string[] {
  const { name, dir, absoluteDir, running, services, missing } = stack;
  const failing = all.filter((one) => one.stack === name && isFailing(one)).map(({ service }) => service);
  return [
    screen.paint("bold", printableLine(name, 60)),
    failing.length > 0
      ? screen.paint("red", `fails: ${printableLine(failing.slice(0, 3).join(", "), 80)}`)
      : stateOf(screen, running),
    `${services.length} ${services.length === 1 ? "service" : "services"}`,
    screen.paint("dim", printableLine(absoluteDir ?? (dir === "" ? "." : dir), 80)),
    missing.length === 0 ? "" : screen.paint("red", `needs ${missing.slice(0, 5).join(", ")}`),
  ];
}

function stateOf(screen: Screen, running: StackView["running"]): string {
  if (running === "all") return screen.paint("green", "runs");
  return running === "some" ? screen.paint("yellow", "runs in part") : screen.paint("dim", "stopped");
}

/** What keeps a file from being read; the rest is told before a launch. */
function notes({ findings }: ProjectView): ProjectView["findings"] {
  return findings.filter(({ code, severity }) => severity === "error" && code !== "value_missing");
}
