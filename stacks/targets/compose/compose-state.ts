import { chmodSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { namedParts } from "../../discover/named-parts.ts";
import { readIfThere, writeDurably } from "../durable-file.ts";
import { DeployOutcome, DeployRequest, ReleaseRef } from "../target.ts";

/** What a service was when its release ran. */
const ServicePart = z.strictObject({
  /** As the configuration names it. */
  image: z.string(),
  imageId: z.string(),
  /** A name of the image that no later pull or build moves. */
  keptImage: z.string(),
  /** Compose's own hash of the service's settings. */
  configHash: z.string(),
});
export type ServicePart = z.infer<typeof ServicePart>;

/** A version of the stack that can be brought up again: its files, and the images that were built for it. */
export const Revision = z.strictObject({
  /** Absent for what a person had started before the first deploy. */
  release: ReleaseRef.optional(),
  projectDir: z.string(),
  /** Compose files in order, the generated one last. */
  files: z.array(z.string()).min(1),
  images: z.array(z.string()),
  /** The label that the containers of these services carry, when they are of this revision. */
  mark: z.strictObject({ label: z.string(), services: z.array(z.string()) }).optional(),
  /** Its resolved configuration, a compose file by itself: variables and env files as they were. */
  sealed: z.string().optional(),
  parts: namedParts(ServicePart).optional(),
  /** Hashes of its dangerous settings. */
  dangers: z.array(z.string()).optional(),
  /** Where its data was kept when it was replaced. */
  snapshot: z.string().optional(),
  /** When its containers were started; its log begins here. */
  sinceMs: z.int(),
});
export type Revision = z.infer<typeof Revision>;

const ComposeState = z.strictObject({
  version: z.literal(1),
  project: z.string(),
  current: Revision.optional(),
  /** The docker command at work, to be ended before the next one where its monitor was killed. */
  atWork: z.strictObject({ pid: z.int().positive(), startedAt: z.string() }).optional(),
  /** A change that was begun; it is finished or undone before anything else where its monitor was killed. */
  pending: z.strictObject({ request: DeployRequest, before: Revision.optional() }).optional(),
  /** Releases whose images are kept, newest last. */
  kept: z.array(Revision),
  outcomes: z.array(z.strictObject({ commandId: z.string(), outcome: DeployOutcome })),
});
export type ComposeState = z.infer<typeof ComposeState>;

const keptOutcomes = 200;

/** Reads what a compose target has done in a state directory; a file that cannot be read as such is put aside. */
export function loadComposeState(dir: string, project: string): ComposeState {
  const empty: ComposeState = { version: 1, project, kept: [], outcomes: [] };
  const text = readIfThere(stateFile(dir));
  if (text === undefined) return empty;
  const parsed = ComposeState.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  renameSync(stateFile(dir), `${stateFile(dir)}.unreadable`);
  return empty;
}

/** Writes it so that a crash keeps it. */
export function saveComposeState(dir: string, state: ComposeState): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  writeDurably(stateFile(dir), JSON.stringify({ ...state, outcomes: state.outcomes.slice(-keptOutcomes) }));
}

function stateFile(dir: string): string {
  return join(dir, "compose.json");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a change of the stack whose state is there was cut off. */
export function hasPendingChange(dir: string): boolean {
  const text = readIfThere(stateFile(dir));
  return text !== undefined && ComposeState.safeParse(parseJson(text)).data?.pending !== undefined;
}
