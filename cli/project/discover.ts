import { readSayings } from "../../stacks/project-file/project-reading.ts";
import { discoverStacks, type Discovery } from "../../stacks/discover/discover.ts";
import type { Invocation } from "../invocation.ts";
import { resolveRoot, stateDirOf } from "../place/root.ts";
import type { Screen } from "../../terminal/screen.ts";
import { printableLine } from "../../terminal/printable.ts";
import { alignRows } from "../../terminal/table.ts";

/** `discover`: exit code 2 where a file has to be mended. */
export async function discover(invocation: Invocation<object>): Promise<number> {
  const { options, screen } = invocation;
  const root = await resolveRoot(options.root);
  const { options: sayings } = await readSayings(root, stateDirOf(root));
  const found = await discoverStacks(root, sayings);
  const exitCode = found.problems.length === 0 ? 0 : 2;
  if (screen.json) {
    const { stacks, problems } = found;
    screen.data({ ok: exitCode === 0, root: found.root, stacks, problems });
    return exitCode;
  }
  for (const line of renderDiscovery(screen, found)) screen.line(line);
  for (const { file, line, column, message } of found.problems)
    screen.note(`${screen.paint("red", "✗")} ${file}:${line}:${column}: ${printableLine(message, 1_000)}`);
  return exitCode;
}

function renderDiscovery(screen: Screen, { root, stacks, problems }: Discovery): string[] {
  if (stacks.length === 0 && problems.length === 0) return [`No Compose file at or below ${root}.`];
  return stacks.flatMap((stack) => {
    const missing = stack.variables.filter(({ required }) => required);
    const rows = stack.services.map((service) => [
      service.name,
      screen.paint("dim", service.image ?? "built here"),
    ]);
    return [
      `${screen.paint("bold", stack.name)}  ${screen.paint("dim", stack.files.join(", "))}`,
      ...alignRows(rows).map((line) => `  ${line}`),
      ...(stack.variables.length === 0
        ? []
        : [
            screen.paint(
              "dim",
              `  ${count(stack.variables.length, "variable")}, ${missing.length} required; see: dockfra env list`,
            ),
          ]),
    ];
  });
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
