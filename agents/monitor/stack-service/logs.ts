import { notFound, unavailable } from "../../../bus/kernel/errors.ts";
import { lastWords, runDocker } from "../../../stacks/targets/compose/docker-cli.ts";
import type { Target } from "../../../stacks/targets/target.ts";

const containerName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$/;
const maxLine = 4_000;
/** The last lines of a container. @throws `log_unknown`, `docker_missing`, `engine_unreachable` */
export async function readContainerLog(name: string, lines: number): Promise<string[]> {
  if (!containerName.test(name)) throw logUnknown(name);
  const run = await runDocker(["logs", "--tail", String(lines), "--", name], { timeoutMs: 10_000 });
  if (run.exitCode === 0) return toLines(`${run.stdout}${run.stderr}`, lines);
  if (/No such container/i.test(run.stderr)) throw logUnknown(name);
  throw unavailable("docker_failed", `docker failed for ${name}: ${lastWords(run)}. Try again.`, {
    params: { project: name, reason: lastWords(run) },
  });
}

/** The last lines of a stack that runs. */
export async function readStackLog(target: Target, lines: number): Promise<string[]> {
  return toLines((await target.logs({ lines })).join("\n"), lines);
}

/** The error for a name that has no log. */
export function logUnknown(name: string): Error {
  const shown = name.slice(0, 200);
  return notFound(
    "log_unknown",
    `Neither a container nor a stack is named "${shown}". See: dockfra stack status`,
    {
      params: { name: shown },
    },
  );
}

function toLines(text: string, count: number): string[] {
  return text
    .split(/\r?\n/)
    .filter((line, index, all) => line !== "" || index < all.length - 1)
    .slice(-count)
    .map((line) => keepColours(line).slice(0, maxLine));
}

/** Takes out whatever a terminal would obey, but for colours. */
function keepColours(line: string): string {
  const [head = "", ...rest] = line.split(escape);
  return withoutControls(head) + rest.map(colourOrNothing).join("");
}

const escape = "\u001B";

function colourOrNothing(piece: string): string {
  const colour = /^\[[0-9;]*m/.exec(piece)?.[0];
  if (colour !== undefined) return escape + colour + withoutControls(piece.slice(colour.length));
  // a title or a clipboard goes on until its bell
  if (piece.startsWith("]")) return withoutControls(piece.split("\u0007").slice(1).join(""));
  return withoutControls(piece.replace(/^(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\^_])/, ""));
}

function withoutControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (control) => (control === "\t" ? control : ""));
}
