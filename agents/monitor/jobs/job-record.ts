import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { JobView } from "../../../bus/messages/stack-jobs.ts";

/** A job as it is kept on disk. */
export const JobRecord = z.strictObject({
  version: z.literal(1),
  by: z.string(),
  view: JobView,
  /** Programs at work for it, leaders of their process groups. */
  programs: z.array(z.strictObject({ pid: z.int().positive(), startedAt: z.string() })),
});
export type JobRecord = z.infer<typeof JobRecord>;

const suffix = ".json";

/** Where the records of jobs are. */
export function jobsDir(stateDir: string): string {
  return join(stateDir, "monitor", "jobs");
}

/** Reads every record, oldest first; a file that is none is put aside. */
export function readJobRecords(dir: string): JobRecord[] {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return readdirSync(dir)
    .filter((name) => name.endsWith(suffix))
    .flatMap((name) => readRecord(join(dir, name)) ?? [])
    .toSorted((a, b) => a.view.startedAtMs - b.view.startedAtMs);
}

/** Replaces a job's record at once: a reader or a killed writer leaves the old one or the new one. */
export function writeJobRecord(dir: string, record: JobRecord): void {
  const file = join(dir, `${record.view.id}${suffix}`);
  writeFileSync(`${file}.draft`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${file}.draft`, file);
}

/** Removes a job's record. */
export function removeJobRecord(dir: string, id: string): void {
  rmSync(join(dir, `${id}${suffix}`), { force: true });
}

function readRecord(file: string): JobRecord | undefined {
  const parsed = JobRecord.safeParse(readJson(file));
  if (parsed.success) return parsed.data;
  renameSync(file, `${file}.unreadable`);
  return undefined;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
