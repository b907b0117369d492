import type { Work } from "../../bus/messages/ticket.ts";
import type { FileChange } from "./diff-reading.ts";
import { fitsPattern } from "./path-pattern.ts";

/** Paths that no ticket may change, whoever wrote it: what steers Dockfra, CI, secrets, or runs by itself. */
export const forbiddenPaths = [
  "/dockfra.yaml",
  "/dockfra/",
  ".github/",
  ".env",
  ".npmrc",
  ".gitmodules",
  ".git",
  ".husky/",
  ".githooks/",
] as const;

export const defaultMaxDiffLines = 5_000;
const maxFiles = 500;

export interface ReviewLimits {
  readonly forbidden: readonly string[];
  readonly maxDiffLines: number;
}

export interface Verdict {
  readonly verdict: "approve" | "rework" | "block";
  readonly reasons: string[];
}

/** Judges a piece of work by its diff; a block is for what another attempt would not mend by itself. */
export function judge(work: Work, changes: readonly FileChange[], limits: ReviewLimits): Verdict {
  const blocks = [
    ...emptiness(changes),
    ...mismatches(work, changes),
    ...changes.flatMap((change) => refusals(change, limits.forbidden)),
  ];
  const reworks = [...testFailures(work), ...sizes(changes, limits)];
  const reasons = [...blocks, ...reworks].slice(0, 50).map((reason) => reason.slice(0, 2_000));
  // a patch is what it is: doing it again gives the same
  const verdict =
    reasons.length === 0 ? "approve" : blocks.length > 0 || work.engine === "patch" ? "block" : "rework";
  return { verdict, reasons };
}

function emptiness(changes: readonly FileChange[]): string[] {
  return changes.length === 0 ? ["The diff is empty: nothing was changed."] : [];
}

function mismatches({ stats }: Work, changes: readonly FileChange[]): string[] {
  const insertions = changes.reduce((sum, change) => sum + change.insertions, 0);
  const deletions = changes.reduce((sum, change) => sum + change.deletions, 0);
  const files = changes.map((change) => change.path).slice(0, 2_000);
  const same =
    insertions === stats.insertions && deletions === stats.deletions && sameSet(files, stats.files);
  return same
    ? []
    : [
        `The diff does not match what the developer says of it: ${files.length} files, +${insertions} -${deletions} against ${stats.files.length} files, +${stats.insertions} -${stats.deletions}.`,
      ];
}

function refusals(change: FileChange, forbidden: readonly string[]): string[] {
  const { path, newMode, oldMode, kind } = change;
  const reasons: string[] = [];
  const rule = forbidden.find((pattern) => fitsPattern(path, pattern));
  if (rule !== undefined)
    reasons.push(`${path} may not be changed by a ticket (${rule}). Change it yourself, outside a ticket.`);
  if (newMode === "120000" || oldMode === "120000")
    reasons.push(`${path} is a symbolic link. Links are changed by people only.`);
  else if (newMode === "160000" || oldMode === "160000")
    reasons.push(`${path} is a submodule. Submodules are changed by people only.`);
  else if (kind !== "deleted" && newMode !== undefined && newMode !== oldMode && newMode !== "100644")
    reasons.push(`${path} was made executable. File modes are changed by people only.`);
  else if (kind === "changed" && newMode !== oldMode)
    reasons.push(
      `The mode of ${path} was changed from ${oldMode ?? "?"} to ${newMode ?? "?"}. File modes are changed by people only.`,
    );
  if (change.binary)
    reasons.push(`${path} is binary: nobody can review it. Add it yourself, outside a ticket.`);
  return reasons;
}

function testFailures({ tests }: Work): string[] {
  if (tests.passed) return [];
  const end = tests.exitCode === undefined ? "were ended" : `ended with ${tests.exitCode}`;
  return [`The tests ("${tests.command}") ${end}: ${tests.output.head.trim().slice(-1_500)}`];
}

function sizes(changes: readonly FileChange[], { maxDiffLines }: ReviewLimits): string[] {
  const lines = changes.reduce((sum, change) => sum + change.insertions + change.deletions, 0);
  return [
    ...(lines > maxDiffLines
      ? [
          `The change has ${lines} lines, more than the ${maxDiffLines} that are allowed (max_diff_lines). Split the ticket.`,
        ]
      : []),
    ...(changes.length > maxFiles
      ? [
          `The change touches ${changes.length} files, more than the ${maxFiles} that are allowed. Split the ticket.`,
        ]
      : []),
  ];
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  const known = new Set(right);
  return left.length === right.length && left.every((item) => known.has(item));
}
