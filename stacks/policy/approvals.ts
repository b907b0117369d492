import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { invalidInput } from "../../bus/kernel/errors.ts";
import { writeDurably } from "../targets/durable-file.ts";

const hashPattern = /^[0-9a-f]{16}$/;
const suffix = ".json";

/** Notes that a person accepts settings, by their hashes. @throws `approval_invalid` */
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
  const dir = approvalsDir(stateDir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (const hash of hashes)
    writeDurably(join(dir, hash + suffix), JSON.stringify({ hash, by, atMs: Date.now() }));
}

/** Hashes of the settings that people accepted. */
export function readApprovals(stateDir: string): ReadonlySet<string> {
  const dir = approvalsDir(stateDir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const names = readdirSync(dir).filter((name) => name.endsWith(suffix));
  return new Set(names.map((name) => name.slice(0, -suffix.length)));
}

function approvalsDir(stateDir: string): string {
  return join(stateDir, "monitor", "approvals");
}
