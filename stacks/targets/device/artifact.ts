import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { invalidInput } from "../../../bus/kernel/errors.ts";
import { newId } from "../../../bus/kernel/ids.ts";
import { stackDir } from "../compose/compose-files.ts";
import type { ReleaseRef } from "../target.ts";
import type { DeviceFiles } from "./device-files.ts";
import { manifestName, nameOf, type Layout, type Manifest } from "./device-layout.ts";

export interface SendOptions {
  /** Directory below the release's tree that is sent. */
  readonly artifactDir: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (line: string) => void;
}

interface Artifact {
  readonly dirs: readonly string[];
  readonly files: readonly { readonly path: string; readonly mode: number }[];
  readonly leftOut: readonly string[];
}

const maxFiles = 50_000;
const sideBySide = 16;

/**
 * Sends a release to a device, all of it or nothing: it gets its name when it is complete. One that is there stays.
 * @throws `release_missing`, `artifact_too_large`, `device_failed`
 */
export async function sendRelease(
  files: DeviceFiles,
  layout: Layout,
  release: ReleaseRef,
  { artifactDir, signal, onProgress }: SendOptions,
): Promise<void> {
  const name = nameOf(release);
  const there = await files.list(layout.releases);
  if (there.some((entry) => entry.name === name)) return;
  // left by one who was killed while sending
  for (const entry of there)
    if (entry.name.endsWith(".draft")) await files.remove(layout.release(entry.name));
  const from = stackDir(release.dir, artifactDir);
  const artifact = readArtifact(from);
  onProgress?.(`sending ${artifact.files.length} files of ${name}`);
  for (const path of artifact.leftOut) onProgress?.(`left out ${path}: it is no plain file`);
  const draft = layout.release(`.${newId()}.draft`);
  await files.makeDir(draft);
  for (const dir of artifact.dirs) await files.makeDir(`${draft}/${dir}`);
  const rest = [...artifact.files];
  const send = async (): Promise<void> => {
    for (let next = rest.pop(); next !== undefined && !signal?.aborted; next = rest.pop())
      await files.upload(join(from, next.path), `${draft}/${next.path}`, next.mode);
  };
  await Promise.all(Array.from({ length: sideBySide }, send));
  signal?.throwIfAborted();
  const manifest: Manifest = { release: release.releaseId, commit: release.commit, stack: release.stack };
  await files.replace(`${draft}/${manifestName}`, `${JSON.stringify(manifest)}\n`);
  await files.rename(draft, layout.release(name));
}

function readArtifact(from: string): Artifact {
  const dirs: string[] = [];
  const files: { path: string; mode: number }[] = [];
  const leftOut: string[] = [];
  const walk = (below: string): void => {
    for (const entry of readdirSync(join(from, below), { withFileTypes: true })) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (path === manifestName || entry.name === ".git") continue;
      if (entry.isDirectory()) {
        dirs.push(path);
        walk(path);
      } else if (entry.isFile())
        files.push({ path, mode: lstatSync(join(from, path)).mode & 0o100 ? 0o755 : 0o644 });
      else leftOut.push(path);
      if (files.length > maxFiles) throw tooLarge(from);
    }
  };
  walk("");
  return { dirs, files, leftOut };
}

function tooLarge(dir: string): Error {
  return invalidInput(
    "artifact_too_large",
    `${dir} has more than ${maxFiles} files, too many for a device. Name the built part as "dir" in dockfra.yaml.`,
    { params: { dir, files: maxFiles } },
  );
}
