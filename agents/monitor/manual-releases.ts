import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { notFound } from "../../bus/kernel/errors.ts";
import { readIfThere, writeDurably } from "../../stacks/targets/durable-file.ts";
import { targetDirOf } from "../../stacks/targets/select-target.ts";
import type { TargetStatus } from "../../stacks/targets/target.ts";
import type { MonitorServices } from "./services.ts";

/** A release that ran on a stack. */
const PastRelease = z.strictObject({ id: z.string(), commit: z.string(), atMs: z.int() });
export type PastRelease = z.infer<typeof PastRelease>;
const PastReleases = z.array(PastRelease);

const kept = 20;

/** Notes a release that a person brought up; the tickets' ones are in their deploy lane. */
export function noteRelease({ stateDir }: MonitorServices, stack: string, release: PastRelease): void {
  const dir = targetDirOf(stateDir, stack);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const all = [...readNoted(stateDir, stack), release].slice(-kept);
  writeDurably(join(dir, "manual.json"), JSON.stringify(all));
}

/** Every release of a stack that is known, newest first. */
export async function listReleases(
  { client, stateDir }: MonitorServices,
  stack: string,
): Promise<PastRelease[]> {
  const { lanes } = await client.ask("deploy.list", {});
  const lane = lanes.find((one) => one.stack === stack);
  const ofTickets = [...(lane?.releases ?? []), ...(lane?.current ? [lane.current] : [])];
  const all = [
    ...ofTickets.map(({ id, commit, atMs }) => ({ id, commit, atMs })),
    ...readNoted(stateDir, stack),
  ];
  const byId = new Map(all.map((release) => [`${release.id} ${release.commit}`, release]));
  return [...byId.values()].toSorted((a, b) => b.atMs - a.atMs);
}

/** The release that is meant: by id or commit, or else the one that ran before. @throws `release_unknown` */
export function chooseRelease(
  stack: string,
  releases: readonly PastRelease[],
  { releaseId, commit }: Pick<TargetStatus, "releaseId" | "commit">,
  wanted: string | undefined,
): PastRelease {
  const now = releases.findIndex(({ id }) => id === releaseId);
  const found =
    wanted === undefined
      ? releases.slice(now + 1).find((release) => release.commit !== commit)
      : releases.find(({ id, commit: of }) => id === wanted || (wanted.length >= 7 && of.startsWith(wanted)));
  if (found) return found;
  const known = releases.map((release) => release.commit.slice(0, 7)).join(", ") || "none";
  throw notFound(
    "release_unknown",
    wanted === undefined
      ? `No release of "${stack}" is known that ran before. There is: ${known}.`
      : `"${stack}" has no release ${wanted}. There is: ${known}.`,
    { params: { stack, release: wanted ?? "before", known } },
  );
}

function readNoted(stateDir: string, stack: string): PastRelease[] {
  const text = readIfThere(join(targetDirOf(stateDir, stack), "manual.json"));
  if (text === undefined) return [];
  try {
    return PastReleases.safeParse(JSON.parse(text)).data ?? [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
