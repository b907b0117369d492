import { toDockfraError, unavailable } from "../../../bus/kernel/errors.ts";
import type { ServiceProgress } from "../../../bus/messages/stack-jobs.ts";
import { approveSettings } from "../../../stacks/policy/approvals.ts";
import type { DeployPoint } from "../../../stacks/targets/target.ts";
import { explainRelease, toEvidence } from "../diagnose/failure-diagnosis.ts";
import { rollbackToLaunch } from "../folder-rollback.ts";
import {
  deployByHand,
  rollbackByHand,
  type ManualRequest,
  type ManualResult,
  type ManualServices,
} from "../manual-deploys.ts";
import type { JobAction, JobParts, JobResult, JobRun } from "./actions.ts";

/** Makes the action that brings the base branch or a commit up on a stack. */
export function createDeployAction(parts: JobParts): JobAction<"deploy"> {
  return async (run) => {
    const { stack, commit } = run.action;
    const request = toRequest(run, stack, parts);
    return toJobResult(run, await deployByHand(servicesOf(parts), { ...request, commit }));
  };
}

/** Makes the action that puts an earlier release of a stack back. */
export function createRollbackAction(parts: JobParts): JobAction<"rollback"> {
  return async (run) => {
    const { stack, release, data } = run.action;
    const request = { ...toRequest(run, stack, parts), release, data };
    const { root, stateDir, bus, services } = parts;
    const places = { root, stateDir, tell: bus.tell.bind(bus), services: services && servicesOf(parts) };
    const launched = await rollbackToLaunch(places, request);
    return toJobResult(run, launched ?? (await rollbackByHand(servicesOf(parts), request)));
  };
}

/** Makes the action by which a person accepts dangerous settings. */
export function createApproveAction({ stateDir }: JobParts): JobAction<"approve"> {
  return async ({ action, by }) => {
    approveSettings(stateDir, action.hashes, by);
    return { approved: action.hashes.length };
  };
}

function servicesOf({ services, bus }: JobParts): ManualServices {
  if (services) return { ...services, tell: (entry) => bus.tell(entry) };
  throw unavailable("action_unknown", "This monitor does not know how to deploy. Update it.", {
    params: { do: "deploy" },
    retryable: false,
  });
}

const steps: Readonly<Record<DeployPoint, ServiceProgress["step"]>> = {
  ...{ journaled: "build", staged: "create", kept_data: "start", up: "start" },
  ...{ proved: "healthy", recorded: "done" },
};

function toRequest(
  run: JobRun<"deploy"> | JobRun<"rollback">,
  stack: string,
  parts: JobParts,
): ManualRequest {
  return {
    ...{ stack, by: run.by, signal: run.signal, cancels: true },
    line: (text) => run.log(text, { stack }),
    explain: async (reason, logTail) => {
      const diagnoses = await explainRelease(reason, logTail, parts);
      run.diagnosed(diagnoses);
      return toEvidence(diagnoses);
    },
    onPoint: (point) => run.step({ stack, service: stack, step: steps[point] }),
  };
}

/** @throws why the release does not run */
function toJobResult(
  run: JobRun<"deploy"> | JobRun<"rollback">,
  { stack, commit, releaseId, url, outcome, reason, logTail }: ManualResult,
): JobResult {
  if (reason === undefined) {
    run.step({ stack, service: stack, step: "done" });
    return {
      release: releaseId,
      ...(commit === releaseId ? {} : { commit }),
      ...(url === "" ? {} : { url }),
    };
  }
  run.step({ stack, service: stack, step: "failed" });
  for (const line of logTail.slice(-20)) run.log(line, { stack });
  run.log(
    outcome === "restored"
      ? `What ran before answers again${url === "" ? "" : ` at ${url}`}.`
      : `What ran before could not be put back. Look at ${stack} now.`,
    { stack },
  );
  throw toDockfraError(reason);
}
