import { execa } from "execa";
import { z } from "zod";
import { pickEnvironment } from "../processes/environment.ts";
import { runDocker } from "../targets/compose/docker-cli.ts";
import type { DataPlace } from "./preview-mounts.ts";

export interface CopyOptions {
  /** The Compose project that runs. */
  readonly from: string;
  /** The preview, its containers made and not yet started. */
  readonly to: string;
  readonly places: readonly DataPlace[];
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

const copyMs = 10 * 60_000;
const callMs = 30_000;
const environment = [
  "PATH",
  "HOME",
  "DOCKER_HOST",
  "DOCKER_CONTEXT",
  "DOCKER_CONFIG",
  "DOCKER_TLS_VERIFY",
  "DOCKER_CERT_PATH",
];
const Containers = z.array(
  z.looseObject({
    Id: z.string(),
    Config: z.looseObject({ Labels: z.record(z.string(), z.string()) }),
    Mounts: z.array(z.looseObject({ Destination: z.string() })).default([]),
  }),
);

/**
 * Fills a preview's volumes with what the running stack has at the same places, while it goes on running: as after a power cut, files
 * that it writes at that moment may be half written. Only what is a mount of the running container is copied.
 * @returns how many volumes were filled
 */
export async function copyData({ from, to, places, signal, onLine }: CopyOptions): Promise<number> {
  const [sources, targets] = await Promise.all([containersOf(from), containersOf(to)]);
  const filled = new Set<string>();
  for (const { service, target, volume } of places) {
    const isOf = (name: string) => (one: z.infer<typeof Containers>[number]) =>
      one.Config.Labels["com.docker.compose.service"] === name &&
      one.Mounts.some((mount) => mount.Destination === target);
    const [source, place] = [sources.find(isOf(service)), targets.find(isOf(service))];
    if (filled.has(volume) || !source || !place) continue;
    onLine(`copying ${service}:${target}`);
    const options = {
      env: pickEnvironment(environment),
      extendEnv: false,
      stdin: "ignore",
      cancelSignal: signal,
      timeout: copyMs,
    } as const;
    await execa("docker", ["cp", "--archive", `${source.Id}:${target}/.`, "-"], {
      ...options,
      encoding: "buffer",
      buffer: { stdout: false },
    }).pipe("docker", ["cp", "--archive", "-", `${place.Id}:${target}`], { ...options, stdin: "pipe" });
    filled.add(volume);
  }
  return filled.size;
}

async function containersOf(project: string): Promise<z.infer<typeof Containers>> {
  const filter = `label=com.docker.compose.project=${project}`;
  const { stdout } = await runDocker(["ps", "--all", "--quiet", "--no-trunc", "--filter", filter], {
    timeoutMs: callMs,
  });
  const ids = stdout.split("\n").filter(Boolean);
  if (ids.length === 0) return [];
  const run = await runDocker(["inspect", "--type", "container", ...ids], { timeoutMs: callMs });
  return run.exitCode === 0 ? Containers.parse(JSON.parse(run.stdout)) : [];
}
