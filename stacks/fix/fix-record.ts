import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { notFound } from "../../bus/kernel/errors.ts";
import { readIfThere, writeDurably } from "../targets/durable-file.ts";
import { FixPlan } from "./plan.ts";
import { Undo } from "./undo.ts";

/** What a fix did, kept so that it can be taken back. */
export const FixRecord = z.strictObject({
  version: z.literal(1),
  plan: FixPlan,
  state: z.enum(["begun", "applied", "undone"]),
  atMs: z.int(),
  by: z.string(),
  /** Noted before each step is done. */
  undo: z.array(Undo),
});
export type FixRecord = z.infer<typeof FixRecord>;

const idPattern = /^fix-[0-9a-f]{16}$/;
const keptOffers = 500;

/** Where records of fixes are; offers and archives are below. */
function fixesDir(stateDir: string): string {
  return join(stateDir, "monitor", "fixes");
}

/** Keeps an offer, so that its id alone is enough to ask for it. */
export function writeOffer(stateDir: string, plan: FixPlan): void {
  const dir = join(fixesDir(stateDir), "offers");
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, `${plan.id}.json`);
  if (readIfThere(file) !== undefined) return;
  writeDurably(file, JSON.stringify(plan));
  const names = readdirSync(dir).filter((name) => name.endsWith(".json"));
  if (names.length <= keptOffers) return;
  const byAge = names
    .map((name) => ({ name, atMs: statSync(join(dir, name)).mtimeMs }))
    .toSorted((a, b) => a.atMs - b.atMs);
  for (const { name } of byAge.slice(0, names.length - keptOffers)) rmSync(join(dir, name), { force: true });
}

/** Finds what was offered. @throws `fix_unknown` */
export function requireOffer(stateDir: string, id: string): FixPlan {
  const text = idPattern.test(id) ? readIfThere(join(fixesDir(stateDir), "offers", `${id}.json`)) : undefined;
  if (text === undefined) throw unknown(id);
  return FixPlan.parse(JSON.parse(text));
}

/** Finds what a fix did; `undefined` where it was never begun. */
export function readRecord(stateDir: string, id: string): FixRecord | undefined {
  const text = idPattern.test(id) ? readIfThere(recordFile(stateDir, id)) : undefined;
  return text === undefined ? undefined : FixRecord.parse(JSON.parse(text));
}

/** Keeps what a fix did, so that a crash keeps it too. */
export function writeRecord(stateDir: string, record: FixRecord): void {
  mkdirSync(fixesDir(stateDir), { recursive: true, mode: 0o700 });
  writeDurably(recordFile(stateDir, record.plan.id), JSON.stringify(record));
}

/** The error for an id that nobody made. */
export function unknown(id: string): Error {
  const shown = id.slice(0, 40);
  return notFound("fix_unknown", `No fix ${shown} was offered. Look again: dockfra diagnose`, {
    params: { fix: shown },
  });
}

function recordFile(stateDir: string, id: string): string {
  return join(fixesDir(stateDir), `${id}.json`);
}
