import { unavailable } from "../../../bus/kernel/errors.ts";
import { closePreview } from "../previews/close.ts";
import { openPreview } from "../previews/open.ts";
import type { PreviewParts } from "../previews/previews.ts";
import type { JobAction, JobParts } from "./actions.ts";

/** Makes the action that opens a ticket's preview; its result has the URL. */
export function createPreviewOpen(parts: JobParts): JobAction<"preview-open"> {
  return async (run) => {
    const { ticket } = run.action;
    const stack = `preview ${ticket}`;
    const preview = await openPreview(toPreviewParts(parts), ticket, {
      signal: run.signal,
      log: (line) => run.log(line, { stack }),
      step: (service, step) => run.step({ stack, service, step }),
      started: (pid) => run.started(pid),
    });
    const { url, project, commit } = preview;
    return { ticket, project, commit, ...(url === undefined ? {} : { url }) };
  };
}

/** Makes the action that takes a ticket's preview away. */
export function createPreviewClose(parts: JobParts): JobAction<"preview-close"> {
  return async (run) => {
    await closePreview(toPreviewParts(parts), run.action.ticket, "asked");
    return { ticket: run.action.ticket };
  };
}

function toPreviewParts({ bus, services, log }: JobParts): PreviewParts {
  if (services) return { bus, services, log };
  throw unavailable("action_unknown", "This monitor has no branches to make a preview of. Update it.", {
    params: { do: "preview-open" },
    retryable: false,
  });
}
