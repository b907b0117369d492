import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { invalidInput, notFound } from "../../bus/kernel/errors.ts";
import { writeDurably } from "../targets/durable-file.ts";

const hashPattern = /^[0-9a-f]{16}$/;
const suffix = ".json";
const askedSuffix = ".asked";
const mostTold = 5;

/** Something that waits for a person's word. */
export interface ApprovalWish {
  readonly hash: string;
  /** As people read it. */
  readonly what: string;
}

/** Notes what a person was told that can be accepted: nothing else is. */
export function askApprovals(stateDir: string, wishes: readonly ApprovalWish[]): void {
  const dir = openApprovals(stateDir);
  for (const { hash, what } of wishes) {
    const file = join(dir, hash + askedSuffix);
    if (!existsSync(file)) writeDurably(file, what);
  }
}

/** Notes that a person accepts settings, by their hashes. @throws `approval_invalid`, `approval_unknown` */
export function approveSettings(stateDir: string, hashes: readonly string[], by: string): void {
  const bad = hashes.find((hash) => !hashPattern.test(hash));
  if (bad !== undefined)
    throw invalidInput(
      "approval_invalid",
      `"${bad}" names no setting. Copy the 16 digits that the refusal shows.`,
      {
        params: { hash: bad },
      },
    );
  const dir = openApprovals(stateDir);
  const accepted = readApprovals(stateDir);
  const unknown = hashes.find((hash) => !accepted.has(hash) && !existsSync(join(dir, hash + askedSuffix)));
  if (unknown !== undefined) throw nothingWaits(unknown, dir, accepted);
  for (const hash of hashes)
    writeDurably(join(dir, hash + suffix), JSON.stringify({ hash, by, atMs: Date.now() }));
}

/** Hashes of the settings that people accepted. */
export function readApprovals(stateDir: string): ReadonlySet<string> {
  const names = readdirSync(openApprovals(stateDir)).filter((name) => name.endsWith(suffix));
  return new Set(names.map((name) => name.slice(0, -suffix.length)));
}

function nothingWaits(hash: string, dir: string, accepted: ReadonlySet<string>): Error {
  const waiting = readdirSync(dir)
    .filter((name) => name.endsWith(askedSuffix) && !accepted.has(name.slice(0, -askedSuffix.length)))
    .map((name) => ({ name, askedAtMs: statSync(join(dir, name)).mtimeMs }))
    .toSorted((a, b) => b.askedAtMs - a.askedAtMs)
    .slice(0, mostTold)
    .map(({ name }) => `${name.slice(0, -askedSuffix.length)} (${readFileSync(join(dir, name), "utf8")})`);
  const known = waiting.join(", ") || "none";
  return notFound("approval_unknown", `Nothing waits for "${hash}". What does: ${known}.`, {
    params: { hash, known },
  });
}

function openApprovals(stateDir: string): string {
  const dir = join(stateDir, "monitor", "approvals");
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return dir;
}
