import { denied, invalidInput, unavailable, type DockfraError } from "../../bus/kernel/errors.ts";

/** A ticket's branch wants to build from, or to include, what is not in it. */
export function readsOutside(path: string): DockfraError {
  return denied(
    "preview_reads_outside",
    `A preview may only be made from the files of its branch, and this one reads ${path}. Put the file into the repository.`,
    { params: { path } },
  );
}

/** Compose does not take the files of the branch. */
export function previewFilesRefused(stack: string, reason: string): DockfraError {
  return invalidInput(
    "preview_files_refused",
    `Compose refuses the files of "${stack}" on this branch: ${reason}. Correct them and open the preview again.`,
    { params: { stack, reason } },
  );
}

/** The preview was not built, or does not run. */
export function previewFailed(project: string, step: string, reason: string): DockfraError {
  return unavailable(
    "preview_failed",
    `The preview ${project} did not come up (${step}): ${reason}. Look at its log, correct the branch, and open it again.`,
    { params: { project, step, reason }, retryable: false },
  );
}
