import type { Git } from "./git.ts";

/** What our commits say of themselves in their last lines. */
export interface Trailers {
  readonly ticket: string;
  /** The command that made the commit: the key by which a repeat finds it. */
  readonly command: string;
  readonly engine?: string | undefined;
  /** The branch that the ticket started from, whatever is checked out later. */
  readonly base?: string | undefined;
}

export interface TracedCommit {
  readonly commit: string;
  readonly ticket: string | undefined;
  readonly command: string | undefined;
  readonly engine: string | undefined;
  readonly base: string | undefined;
}

/** Writes a commit's message: one line, then the trailers. */
export function formatMessage(subject: string, trailers: Trailers): string {
  const line = subject.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return [
    line === "" ? trailers.ticket : line,
    "",
    `Dockfra-Ticket: ${trailers.ticket}`,
    `Dockfra-Command: ${trailers.command}`,
    ...(trailers.engine === undefined ? [] : [`Dockfra-Engine: ${trailers.engine}`]),
    ...(trailers.base === undefined ? [] : [`Dockfra-Base: ${trailers.base}`]),
    "",
  ].join("\n");
}

const trailer = (key: string): string => `%(trailers:key=${key},valueonly=true,separator=%x1e)`;
const format = [
  "%H",
  ...["Ticket", "Command", "Engine", "Base"].map((name) => trailer(`Dockfra-${name}`)),
].join("%x1f");

/** Lists commits of a range (`base..tip`, or a tip) with our trailers, newest first. */
export async function listCommits(
  git: Git,
  range: readonly string[],
  limit = 1_000,
): Promise<TracedCommit[]> {
  const out = await git.run([
    "log",
    `--max-count=${limit}`,
    `--format=${format}`,
    "--end-of-options",
    ...range,
    "--",
  ]);
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [commit = "", ticket, command, engine, base] = line.split("\u001f");
      return { commit, ticket: last(ticket), command: last(command), engine: last(engine), base: last(base) };
    });
}

function last(values: string | undefined): string | undefined {
  const value = values?.split("\u001e").at(-1)?.trim();
  return value === "" ? undefined : value;
}
