import {
  conflict,
  invalidInput,
  notFound,
  type DockfraError,
  type ErrorInfo,
} from "../../../bus/kernel/errors.ts";
import type { Evidence } from "../../../bus/messages/checks.ts";
import type { ProgramRun } from "../../processes/program-run.ts";
import { describeContainers, type ContainerView } from "./containers.ts";
import { lastWords } from "./docker-cli.ts";

/** Says that a release has no compose file where it should be. */
export function noComposeFile(
  stack: string,
  dir: string,
  files: readonly string[] | undefined,
): DockfraError {
  const wanted = files ? files.join(", ") : "compose file";
  return notFound(
    "no_compose_file",
    `The release of "${stack}" has no ${wanted} in "${dir}". Commit it, or correct "files" and "dir" in dockfra.yaml.`,
    {
      params: { stack, dir, files: wanted },
    },
  );
}

/** Says what Compose has against a release's files. */
export function configInvalid(stack: string, words: string): DockfraError {
  return invalidInput(
    "compose_config_invalid",
    `Compose refuses the files of "${stack}": ${words}. Correct them and deploy again.`,
    { params: { stack, reason: words } },
  );
}

/** Says that something else runs under a stack's name, which could not be put back. */
export function nameTaken(stack: string, project: string, remedy: string): DockfraError {
  return conflict(
    "swarm_name_taken",
    `"${project}" runs already in another way, so that it could not be put back for "${stack}". Remove it first (${remedy}; volumes stay), or name another "project" in dockfra.yaml.`,
    { params: { stack, project, remedy } },
  );
}

/** Says why a release did not come up: cancelled, a container that ended, health that did not come, or Compose's own words. */
export function explainUp(
  stack: string,
  run: ProgramRun | undefined,
  containers: readonly ContainerView[],
  proof?: Evidence,
  cancelled: boolean = run?.cancelled ?? false,
): ErrorInfo {
  const seen = describeContainers(containers);
  const make = (code: string, message: string): ErrorInfo => ({
    kind: "invalid_input",
    code,
    message,
    retryable: false,
    params: { stack, seen },
  });
  if (cancelled)
    return { ...make("deploy_cancelled", `The deploy of "${stack}" was cancelled.`), kind: "conflict" };
  if (run?.timedOut)
    return make(
      "health_timeout",
      `The new release of "${stack}" was not up in time: ${seen}. Read its log lines.`,
    );
  if (containers.some(({ condition }) => condition === "failed"))
    return make("start_failed", `The new release of "${stack}" did not start: ${seen}. Read its log lines.`);
  if (proof)
    return make(
      "health_timeout",
      `The new release of "${stack}" runs, but is not healthy: ${proof.observed}. Read its log lines.`,
    );
  if (containers.some(({ condition }) => condition === "unhealthy" || condition === "starting"))
    return make(
      "health_timeout",
      `The new release of "${stack}" is not healthy: ${seen}. Read its log lines.`,
    );
  return make(
    "compose_failed",
    `docker could not bring "${stack}" up: ${run ? lastWords(run) : seen}. Correct what it names and deploy again.`,
  );
}

/** Says that a release runs and fails a check of the project's. */
export function checksFailed(stack: string, check: string, seen: string): ErrorInfo {
  return invalidInput(
    "checks_failed",
    `The new release of "${stack}" runs, but fails a check: ${check}: ${seen}. Read its log lines.`,
    { params: { stack, check, seen: seen.slice(0, 500) } },
  ).toJSON();
}
