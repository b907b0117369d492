import { z } from "zod";
import { DeployOutcome, type ReleaseRef } from "../target.ts";
import type { DeviceFiles } from "./device-files.ts";

/** What is in a release's directory beside its files: says to whoever serves it what it is. */
export const manifestName = ".dockfra-release.json";

export const Manifest = z.looseObject({ release: z.string(), commit: z.string(), stack: z.string() });
export type Manifest = z.infer<typeof Manifest>;

/** A switch that was begun; it is gone once its outcome is written. */
const Pending = z.strictObject({
  commandId: z.string(),
  /** Name of the directory that is switched to. */
  next: z.string(),
  /** Name of the one that ran before; absent where none did. */
  before: z.string().optional(),
});
export type Pending = z.infer<typeof Pending>;

const maxRecordBytes = 1_000_000;

/** Where everything is below a device's own directory. */
export function createLayout(path: string) {
  return {
    path,
    /** The symbolic link to the release that runs; absent while the stack is stopped. */
    current: `${path}/current`,
    releases: `${path}/releases`,
    release: (name: string) => `${path}/releases/${name}`,
    commands: `${path}/commands`,
    outcome: (commandId: string) => `${path}/commands/${commandId}.json`,
    pending: `${path}/pending.json`,
    /** What the program that serves a release writes, if it does. */
    log: (name: string) => `${path}/log/${name}.log`,
  } as const;
}
export type Layout = ReturnType<typeof createLayout>;

/** The directory of a release: the same release of another commit is another one. */
export function nameOf({ releaseId, commit }: ReleaseRef): string {
  return `${releaseId}.${commit.slice(0, 12)}`;
}

/** Which release the link points to. */
export async function readCurrent(files: DeviceFiles, { current }: Layout): Promise<string | undefined> {
  const to = await files.readLink(current);
  return to === undefined ? undefined : /^releases\/([A-Za-z0-9_.-]+)$/.exec(to)?.[1];
}

/** Switches to a release, or to none. */
export async function setCurrent(
  files: DeviceFiles,
  { current }: Layout,
  name: string | undefined,
): Promise<void> {
  if (name === undefined) await files.remove(current);
  else await files.link(current, `releases/${name}`);
}

/** How a command ended, where the device knows it already. */
export async function readOutcome(
  files: DeviceFiles,
  layout: Layout,
  commandId: string,
): Promise<DeployOutcome | undefined> {
  return readRecord(files, layout.outcome(commandId), DeployOutcome);
}

export function readPending(files: DeviceFiles, layout: Layout): Promise<Pending | undefined> {
  return readRecord(files, layout.pending, Pending);
}

export function readManifest(
  files: DeviceFiles,
  layout: Layout,
  name: string,
): Promise<Manifest | undefined> {
  return readRecord(files, `${layout.release(name)}/${manifestName}`, Manifest);
}

/** A record that cannot be read as one is none: others may write on the device too. */
async function readRecord<T>(files: DeviceFiles, path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const body = await files.read(path, maxRecordBytes);
  if (body === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(body.toString("utf8"))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
