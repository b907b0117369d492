import { DockfraError, toErrorInfo, type ErrorInfo } from "../../../bus/kernel/errors.ts";
import type { Evidence } from "../../../bus/messages/checks.ts";
import { SerialCommands } from "../serial-commands.ts";
import {
  toLogTail,
  type DeployOptions,
  type DeployOutcome,
  type DeployRequest,
  type ReleaseRef,
  type RestoreRequest,
  type Target,
  type TargetStatus,
} from "../target.ts";
import { sendRelease } from "./artifact.ts";
import type { DeviceFiles } from "./device-files.ts";
import {
  createLayout,
  nameOf,
  readCurrent,
  readManifest,
  readOutcome,
  readPending,
  setCurrent,
} from "./device-layout.ts";
import type { DeviceKeys, DeviceSpec } from "./device-spec.ts";
import { proveRelease } from "./release-proof.ts";
import { openDeviceFiles } from "./ssh-files.ts";

export interface DeviceTargetOptions {
  readonly stack: string;
  readonly spec: DeviceSpec;
  readonly keys: DeviceKeys;
}

const logBytes = 256 * 1_024;
const keptReleases = 5;
const keptOutcomes = 200;

/** Makes the target that puts releases on a device over SSH and switches between them with one rename. */
export function createDeviceTarget({ stack, spec, keys }: DeviceTargetOptions): Target {
  const layout = createLayout(spec.path);
  const commands = new SerialCommands<DeployOutcome>();
  const open = (signal?: AbortSignal): Promise<DeviceFiles> => openDeviceFiles(stack, spec, keys, signal);

  const change = (request: DeployRequest, options: DeployOptions): Promise<DeployOutcome> =>
    commands.run(request.commandId, async () => {
      await using files = await open();
      const known = await readOutcome(files, layout, request.commandId);
      if (known) return known;
      for (const dir of [layout.path, layout.releases, layout.commands]) await files.makeDir(dir);
      const before = await settleBefore(files, request);
      const outcome = await attempt(files, request, before, options);
      await files.replace(layout.outcome(request.commandId), JSON.stringify(outcome));
      await files.remove(layout.pending);
      await tidy(files);
      return outcome;
    });

  /** What ran before this command, also where this is its second try, or another one was cut off before its proof. */
  const settleBefore = async (
    files: DeviceFiles,
    { commandId, release }: DeployRequest,
  ): Promise<string | undefined> => {
    const pending = await readPending(files, layout);
    if (pending && pending.commandId !== commandId && (await readCurrent(files, layout)) === pending.next)
      await setCurrent(files, layout, pending.before);
    const before = pending?.commandId === commandId ? pending.before : await readCurrent(files, layout);
    const record = { commandId, next: nameOf(release), ...(before === undefined ? {} : { before }) };
    await files.replace(layout.pending, JSON.stringify(record));
    return before;
  };

  const attempt = async (
    files: DeviceFiles,
    { release, previous }: DeployRequest,
    before: string | undefined,
    options: DeployOptions,
  ): Promise<DeployOutcome> => {
    const startMs = performance.now();
    const { signal, onProgress } = options;
    const { releaseId } = release;
    const evidence: Evidence[] = [];
    let reason: ErrorInfo;
    try {
      await send(files, release, options);
      await setCurrent(files, layout, nameOf(release));
      onProgress?.(`switched to ${releaseId}`);
      const proof = await proveRelease(spec, releaseId, {
        waitMs: spec.healthTimeoutMs,
        ...(signal ? { signal } : {}),
      });
      if (proof.passed) {
        onProgress?.(`${releaseId} is healthy`);
        const tookMs = Math.round(performance.now() - startMs);
        return { outcome: "deployed", url: spec.url, releaseId, tookMs };
      }
      evidence.push(proof);
      reason = signal?.aborted ? cancelled() : unhealthy(proof);
    } catch (error) {
      if (signal?.aborted) reason = cancelled();
      else if (error instanceof DockfraError && !error.retryable) reason = toErrorInfo(error);
      else throw error;
    }
    onProgress?.(`${releaseId} did not come up; putting back what ran before`);
    const logTail = toLogTail(await readLog(files, nameOf(release)));
    const proof = await putBack(files, before, previous);
    if (proof) evidence.push(proof);
    return {
      outcome: proof?.passed ? "restored" : "not_restored",
      ...{ reason, evidence, logTail, url: spec.url },
    };
  };

  const send = (files: DeviceFiles, release: ReleaseRef, { signal, onProgress }: DeployOptions) =>
    sendRelease(files, layout, release, {
      artifactDir: spec.artifactDir,
      ...(signal ? { signal } : {}),
      ...(onProgress ? { onProgress } : {}),
    });

  /** Switches back, to what the device ran or else to what it is told, and looks whether that answers. */
  const putBack = async (
    files: DeviceFiles,
    before: string | undefined,
    previous: ReleaseRef | undefined,
  ): Promise<Evidence | undefined> => {
    let name = before;
    if (name === undefined && previous) {
      await send(files, previous, {});
      name = nameOf(previous);
    }
    await setCurrent(files, layout, name);
    if (name === undefined) return undefined;
    const manifest = await readManifest(files, layout, name);
    return proveRelease(spec, manifest?.release ?? name, { waitMs: spec.healthTimeoutMs });
  };

  const readLog = async (files: DeviceFiles, name: string): Promise<string[]> => {
    const body = (await files.read(layout.log(name), logBytes))?.toString("utf8") ?? "";
    return body.split("\n").filter((line) => line !== "");
  };

  /** Lets go of the releases and answers that were not used for longest. */
  const tidy = async (files: DeviceFiles): Promise<void> => {
    const current = await readCurrent(files, layout);
    const drop = async (dir: string, keep: number): Promise<void> => {
      const entries = (await files.list(dir)).toSorted((a, b) => b.changedMs - a.changedMs);
      for (const { name } of entries.slice(keep)) if (name !== current) await files.remove(`${dir}/${name}`);
    };
    await drop(layout.releases, keptReleases);
    await drop(layout.commands, keptOutcomes);
  };

  const cancelled = (): ErrorInfo => ({
    ...{ kind: "conflict", code: "deploy_cancelled", retryable: false, params: { stack } },
    message: `The deploy of "${stack}" was cancelled.`,
  });

  const unhealthy = ({ observed }: Evidence): ErrorInfo => ({
    ...{
      kind: "invalid_input",
      code: "device_unhealthy",
      retryable: false,
      params: { stack, seen: observed },
    },
    message: `The new release of "${stack}" is on the device, but is not healthy: ${observed}. Read its log lines.`,
  });

  return {
    deploy: (request: DeployRequest, options: DeployOptions = {}) => change(request, options),
    restore: (request: RestoreRequest, options: DeployOptions = {}) => change(request, options),
    status: async (): Promise<TargetStatus> => {
      const { url } = spec;
      const off = { running: false, healthy: false, url } as const;
      try {
        await using files = await open();
        const name = await readCurrent(files, layout);
        if (name === undefined) {
          const any = (await files.list(layout.releases)).length > 0;
          return { ...off, detail: any ? "stopped" : "nothing was deployed yet" };
        }
        const manifest = await readManifest(files, layout, name);
        const known = manifest ? { releaseId: manifest.release, commit: manifest.commit } : {};
        const proof = await proveRelease(spec, manifest?.release ?? name, { waitMs: 0 });
        return { running: true, healthy: proof.passed, url, ...known, detail: proof.observed };
      } catch (error) {
        // a device that is off, or is another one, is a state of this stack and not of the others
        if (error instanceof DockfraError) return { ...off, detail: error.message };
        throw error;
      }
    },
    logs: async ({ lines }) => {
      await using files = await open();
      const name = await readCurrent(files, layout);
      return name === undefined ? [] : (await readLog(files, name)).slice(-lines);
    },
    stop: async () => {
      await using files = await open();
      await setCurrent(files, layout, undefined);
    },
  };
}
