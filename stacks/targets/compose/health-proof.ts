import type { Evidence } from "../../../bus/messages/checks.ts";
import { runCheck } from "../../checks/check-run.ts";
import type { FetchPage } from "../../checks/page.ts";
import type { ComposeProject } from "./compose-project.ts";
import { describeContainers, isUp } from "./containers.ts";

export interface HealthSpec {
  /** The running app: `http://host:port`. */
  readonly url: string;
  /** Path that must answer 200; without one the containers' own health counts. */
  readonly health?: string;
  readonly healthTimeoutMs: number;
  /** How the running app is reached; default: from here. */
  readonly fetchPage?: FetchPage;
}

const pauseMs = 250;
const probeTimeoutMs = 3_000;

/** Looks at the running stack until it is healthy or the time is up, at least once. */
export async function proveHealth(
  spec: HealthSpec,
  project: ComposeProject,
  signal: AbortSignal | undefined,
): Promise<Evidence> {
  const deadlineMs = performance.now() + spec.healthTimeoutMs;
  for (;;) {
    const evidence =
      spec.health === undefined ? await lookAtContainers(project) : await probe(spec, spec.health, signal);
    if (evidence.passed || signal?.aborted || performance.now() >= deadlineMs) return evidence;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function probe(
  { url, fetchPage }: HealthSpec,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Evidence> {
  return runCheck(
    { kind: "http", path },
    {
      baseUrl: url,
      readLog: () => Promise.resolve([]),
      cwd: "/",
      allowCommands: false,
      timeoutMs: probeTimeoutMs,
      ...(signal ? { signal } : {}),
      ...(fetchPage ? { fetchPage } : {}),
    },
  );
}

async function lookAtContainers(project: ComposeProject): Promise<Evidence> {
  const atMs = Date.now();
  const containers = await project.containers();
  return {
    check: { kind: "command", argv: ["docker", "compose", "ps"] },
    passed: isUp(containers),
    observed: describeContainers(containers).slice(0, 2_000),
    atMs,
    tookMs: Date.now() - atMs,
  };
}
