import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { PreviewView } from "../../bus/messages/stack-watch.ts";
import { targetDirOf } from "../targets/select-target.ts";
import { readIfThere, writeDurably } from "../targets/durable-file.ts";

/** A preview as it is written down, before anything of it is made. */
export const PreviewRecord = PreviewView.extend({
  version: z.literal(1),
  /** Who builds or closes it; where that process is gone, it was cut off. */
  worker: z.strictObject({ pid: z.int().positive(), startedAt: z.string() }).optional(),
  /** What of the stack's own settings the preview goes without. */
  leftOut: z.array(z.string()),
});
export type PreviewRecord = z.infer<typeof PreviewRecord>;

const fileName = "preview.json";

/** Where a preview has its files. */
export function previewDir(stateDir: string, project: string): string {
  return targetDirOf(stateDir, project);
}

/** Replaces a preview's record. */
export function savePreview(stateDir: string, record: PreviewRecord): void {
  const dir = previewDir(stateDir, record.project);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeDurably(join(dir, fileName), JSON.stringify(record));
}

/** The record of a preview that nobody works on any more. */
export function atRest(record: PreviewRecord): PreviewRecord {
  const rest = { ...record };
  delete rest.worker;
  return rest;
}

/** Forgets a preview with its files. */
export function dropPreview(stateDir: string, project: string): void {
  rmSync(previewDir(stateDir, project), { recursive: true, force: true });
}

/** Every preview that was written down, oldest first; what is no record counts as none. */
export function listPreviews(stateDir: string): PreviewRecord[] {
  const targets = join(stateDir, "targets");
  mkdirSync(targets, { recursive: true, mode: 0o700 });
  return readdirSync(targets)
    .flatMap((name) => parseRecord(readIfThere(join(targets, name, fileName))) ?? [])
    .toSorted((a, b) => a.sinceMs - b.sinceMs);
}

/** The record without what is the monitor's own business. */
export function toPreviewView({ version: _, worker: __, leftOut: ___, ...view }: PreviewRecord): PreviewView {
  return view;
}

function parseRecord(text: string | undefined): PreviewRecord | undefined {
  if (text === undefined) return undefined;
  try {
    return PreviewRecord.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
