import type { StackRelease } from "../../bus/messages/stack-watch.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { printableLine } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/screen.ts";
import { alignRows } from "../../terminal/table.ts";
import { formatAgo } from "../../terminal/time.ts";
import { act } from "./act.ts";

export interface DetachOptions {
  readonly detach?: boolean;
}

/** `deploy <stack>`: brings up the base branch, or a commit, on a stack or a device. */
export function deployStack(
  invocation: Invocation<DetachOptions & { readonly commit?: string }>,
  stack: string,
): Promise<number> {
  const { commit, detach = false } = invocation.options;
  const action = { do: "deploy", stack, ...(commit === undefined ? {} : { commit }) } as const;
  return act(invocation, action, { detach });
}

/** `rollback <stack> [release]`: puts an earlier release back, with `--data` also what was kept of its data. */
export function rollbackStack(
  invocation: Invocation<DetachOptions & { readonly data?: boolean }>,
  stack: string,
  release?: string,
): Promise<number> {
  const { data, detach = false } = invocation.options;
  const action = {
    ...({ do: "rollback", stack } as const),
    ...(release === undefined ? {} : { release }),
    ...(data === true ? { data } : {}),
  };
  return act(invocation, action, { detach });
}

/** `approve <hash…>`: accepts dangerous settings that a refusal or the preflight named. */
export function approveSettings(invocation: Invocation<object>, hashes: readonly string[]): Promise<number> {
  return act(invocation, { do: "approve", hashes: [...hashes] });
}

/** `releases <stack>`: what ran on a stack, or with `--diff` what a release changed. */
export async function showReleases(
  invocation: Invocation<{ readonly diff?: string; readonly from?: string }>,
  stack: string,
): Promise<number> {
  const { screen, options } = invocation;
  const { diff: to, from } = options;
  return withOperator(invocation, async (bus) => {
    if (to !== undefined) {
      const range = { to, ...(from === undefined ? {} : { from }) };
      const { diff, cut } = await bus.question("monitor.release-diff", { stack, ...range });
      if (screen.json) screen.data({ ok: true, stack, ...range, diff, cut });
      else for (const line of paintDiff(screen, diff, cut)) screen.line(line);
      return 0;
    }
    const { releases } = await bus.question("monitor.releases", { stack });
    if (screen.json) screen.data({ ok: true, stack, releases });
    else if (releases.length === 0)
      screen.line(`Nothing was launched or deployed of ${printableLine(stack)} yet.`);
    else for (const line of alignRows(releases.map((release) => toRow(screen, release)))) screen.line(line);
    return 0;
  });
}

const colours = {
  current: "green",
  kept: "cyan",
  restored: "yellow",
  cancelled: "yellow",
  failed: "red",
} as const;

function toRow(screen: Screen, release: StackRelease): string[] {
  const { id, commit, by, atMs, state, ticket, reason = "", restorable } = release;
  const note = reason !== "" ? reason : restorable ? "" : "its files are gone";
  return [
    id,
    screen.paint(colours[state], state),
    commit?.slice(0, 7) ?? "folder",
    formatAgo(atMs, Date.now()),
    printableLine(by === ticket ? by : [by, ticket].filter(Boolean).join(" "), 40),
    printableLine(note, 100),
  ];
}

function paintDiff(screen: Screen, diff: string, cut: boolean): string[] {
  if (diff === "") return ["The two have the same configuration."];
  const lines = diff
    .trimEnd()
    .split("\n")
    .map((line) => {
      const text = printableLine(line, 2_000);
      if (/^\+(?!\+\+)/.test(line)) return screen.paint("green", text);
      if (/^-(?!--)/.test(line)) return screen.paint("red", text);
      return text;
    });
  return cut ? [...lines, "(cut: the difference is longer)"] : lines;
}
