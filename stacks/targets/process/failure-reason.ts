import type { ErrorInfo } from "../../../bus/kernel/errors.ts";
import type { HealthWait } from "./instance.ts";
import type { Deployment } from "./runner-state.ts";

/** Says why a release did not come up, as a coded sentence with the next step. */
export function explainFailure(
  { release, spec }: Deployment,
  {
    why,
    end,
    hadPrevious,
  }: { readonly why: HealthWait["why"]; readonly end: string | undefined; readonly hadPrevious: boolean },
): ErrorInfo {
  const params = {
    stack: release.stack,
    release: release.releaseId,
    health: spec.health,
    timeoutMs: spec.healthTimeoutMs,
  };
  const left = hadPrevious ? "" : " Nothing ran before, so nothing could be put back.";
  switch (why) {
    case "cancelled":
      return {
        kind: "conflict",
        code: "deploy_cancelled",
        retryable: false,
        params,
        message: `The deploy of "${release.stack}" was cancelled.${left}`,
      };
    case "ended":
      return {
        kind: "invalid_input",
        code: "start_failed",
        retryable: false,
        params: { ...params, end: end ?? "ended" },
        message: `The new release of "${release.stack}" ${end ?? "ended"} before it was healthy. Read its log lines.${left}`,
      };
    default:
      return {
        kind: "invalid_input",
        code: "health_timeout",
        retryable: false,
        params,
        message: `The new release of "${release.stack}" did not answer GET ${spec.health} with 200 within ${spec.healthTimeoutMs / 1_000} s. Check that it listens on the port it is given as {port}.${left}`,
      };
  }
}
