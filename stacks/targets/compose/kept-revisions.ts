import { rmSync } from "node:fs";
import type { ComposeProject } from "./compose-project.ts";
import { saveComposeState, type ComposeState, type Revision } from "./compose-state.ts";

const keptRevisions = 5;

/** Where revisions are kept, and whose images they run. */
export interface RevisionPlace {
  /** The stack's own state directory. */
  readonly dir: string;
  readonly project: ComposeProject;
}

/** Notes the revision that runs now; the oldest that are kept are let go of. */
export async function keepRevision(
  state: ComposeState,
  revision: Revision,
  place: RevisionPlace,
): Promise<void> {
  const { releaseId } = revision.release ?? {};
  state.kept = [...state.kept.filter(({ release }) => release?.releaseId !== releaseId), revision];
  state.current = revision;
  delete state.pending;
  saveComposeState(place.dir, state);
  const spare = Math.max(0, state.kept.length - keptRevisions);
  for (const old of state.kept.splice(0, spare)) await forgetRevision(old, place);
  saveComposeState(place.dir, state);
}

/** Removes the files and the names of images that a revision has of its own. */
export async function forgetRevision(revision: Revision, { dir, project }: RevisionPlace): Promise<void> {
  await project.removeImages(revision);
  for (const file of [...revision.files, revision.sealed])
    if (file?.startsWith(`${dir}/`))
      for (const path of [file, `${file}.files`]) rmSync(path, { recursive: true, force: true });
}
