import type { JobActions, JobParts } from "./actions.ts";
import { createCloneApp } from "./clone-action.ts";
import { createFix, createUndo } from "./fix-actions.ts";
import { createLaunch } from "./launch-action.ts";
import { createApproveAction, createDeployAction, createRollbackAction } from "./release-actions.ts";
import { createPreviewClose, createPreviewOpen } from "./preview-actions.ts";
import { createRestart, createStop } from "./service-actions.ts";

/** Gathers what the monitor can do as a job; each part of it makes its own actions. */
export function createJobActions(parts: JobParts): JobActions {
  return {
    launch: createLaunch(parts),
    stop: createStop(parts),
    restart: createRestart(parts),
    fix: createFix(parts),
    undo: createUndo(parts),
    "preview-open": createPreviewOpen(parts),
    "preview-close": createPreviewClose(parts),
    deploy: createDeployAction(parts),
    rollback: createRollbackAction(parts),
    approve: createApproveAction(parts),
    "clone-app": createCloneApp(parts),
  };
}
