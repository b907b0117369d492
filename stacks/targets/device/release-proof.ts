import { setTimeout as sleep } from "node:timers/promises";
import type { Evidence } from "../../../bus/messages/checks.ts";
import { explainFetchFailure, fetchDirectly } from "../../checks/page.ts";
import type { DeviceSpec } from "./device-spec.ts";

export interface ProofOptions {
  /** How long to wait for health; 0 looks once. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

const pauseMs = 200;
const probeTimeoutMs = 3_000;

/**
 * Looks at the health page until it answers 200 for this very release, or the time is up. A page that is JSON with a `release` must
 * name it: the one before may still be answering.
 */
export async function proveRelease(
  spec: DeviceSpec,
  releaseId: string,
  { waitMs, signal }: ProofOptions,
): Promise<Evidence> {
  const deadlineMs = performance.now() + waitMs;
  for (;;) {
    const evidence = await look(spec, releaseId, signal);
    if (evidence.passed || signal?.aborted || performance.now() >= deadlineMs) return evidence;
    await sleep(pauseMs);
  }
}

async function look(
  { url, health, fetchPage = fetchDirectly }: DeviceSpec,
  releaseId: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<Evidence> {
  const atMs = Date.now();
  const startMs = performance.now();
  const tell = (passed: boolean, observed: string): Evidence => ({
    check: { kind: "http", path: health },
    passed,
    observed: observed.slice(0, 2_000),
    atMs,
    tookMs: Math.round(performance.now() - startMs),
  });
  try {
    const address = new URL(new URL(url).origin + health).href;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(probeTimeoutMs)]);
    const page = await fetchPage(address, { signal: limited, timeoutMs: probeTimeoutMs });
    if (page.status !== 200) return tell(false, `GET ${health} answered ${page.status}, not 200`);
    const named = releaseIn(page.body.toString("utf8"));
    if (named !== undefined && named !== releaseId)
      return tell(false, `GET ${health} answered 200, but for the release ${named}`);
    return tell(true, `GET ${health} answered 200${named === undefined ? "" : ` for ${named}`}`);
  } catch (error) {
    return tell(false, `GET ${health} got no answer: ${explainFetchFailure(error)}`);
  }
}

function releaseIn(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== "object" || value === null || !("release" in value)) return undefined;
    return typeof value.release === "string" ? value.release : undefined;
  } catch (error) {
    // a page that is no JSON names no release
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
