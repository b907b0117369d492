import { z } from "zod";
import { unavailable } from "../../bus/kernel/errors.ts";
import { lastWords, runDocker } from "../../stacks/targets/compose/docker-cli.ts";

/** The oldest engine and Compose that know all that the role containers use. */
export const minimumVersions = { engine: "24.0", compose: "2.20" } as const;

/** The engine of this machine. */
export interface Engine {
  readonly version: string;
  readonly composeVersion: string;
  /** Where it answers this machine: `unix:///run/docker.sock`. */
  readonly address: string;
  /** Where its socket is for a container that mounts it. */
  readonly socketPath: string;
  /** Whether uid 0 of a container is the user who runs the engine. */
  readonly rootless: boolean;
  /** Whether its bridges are in a virtual machine, so that their addresses are not of this one. */
  readonly desktop: boolean;
}

const Info = z.object({
  ServerVersion: z.string().default(""),
  OperatingSystem: z.string().default(""),
  SecurityOptions: z.array(z.string()).nullish(),
  ServerErrors: z.array(z.string()).nullish(),
  ClientInfo: z
    .object({ Plugins: z.array(z.object({ Name: z.string(), Version: z.string().default("") })).nullish() })
    .nullish(),
});

/**
 * Finds the engine that runs the role containers.
 * @throws `docker_missing`, `engine_unreachable`, `compose_missing`, `engine_too_old`, `engine_remote`
 */
export async function findEngine({ timeoutMs = 10_000 } = {}): Promise<Engine> {
  const [run, host] = await Promise.all([
    runDocker(["info", "--format", "{{json .}}"], { timeoutMs }),
    findHost(timeoutMs),
  ]);
  const info = parseInfo(run.stdout);
  const reason = info?.ServerErrors?.[0];
  if (run.exitCode !== 0 || info === undefined || info.ServerVersion === "")
    throw unreachable(
      reason ?? (run.timedOut ? `it said nothing for ${timeoutMs / 1_000} s` : lastWords(run)),
    );
  const compose = info.ClientInfo?.Plugins?.find(({ Name }) => Name === "compose")?.Version;
  if (compose === undefined || compose === "")
    throw unavailable(
      "compose_missing",
      "The docker command has no Compose v2 plugin. Install docker-compose-plugin.",
    );
  refuseOld("engine", info.ServerVersion);
  refuseOld("compose", compose);
  if (!host.startsWith("unix://"))
    throw unavailable(
      "engine_remote",
      `The Docker engine ${host} is not on this machine, and the roles' containers need files of this one. Choose a local engine with "docker context use", or add: --runtime process`,
      { params: { host }, retryable: false },
    );
  const ownPath = host.slice("unix://".length);
  const desktop = info.OperatingSystem.includes("Docker Desktop");
  return {
    version: info.ServerVersion,
    composeVersion: compose,
    address: host,
    socketPath: desktop ? "/var/run/docker.sock" : ownPath,
    rootless: info.SecurityOptions?.some((option) => option.includes("name=rootless")) ?? false,
    desktop,
  };
}

async function findHost(timeoutMs: number): Promise<string> {
  const told = process.env["DOCKER_HOST"];
  if (told) return told;
  const run = await runDocker(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"], {
    timeoutMs,
  });
  const host = run.stdout.trim();
  return run.exitCode === 0 && host !== "" ? host : "unix:///var/run/docker.sock";
}

function parseInfo(text: string): z.infer<typeof Info> | undefined {
  try {
    return Info.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function unreachable(reason: string): Error {
  return unavailable(
    "engine_unreachable",
    `No Docker engine answers: ${reason}. Start it, or check that you may use it.`,
    { params: { reason } },
  );
}

function refuseOld(what: keyof typeof minimumVersions, version: string): void {
  const minimum = minimumVersions[what];
  if (isVersionEnough(version, minimum)) return;
  const name = what === "engine" ? "Docker engine" : "Docker Compose";
  throw unavailable(
    "engine_too_old",
    `${name} ${version} is too old: the roles' containers need ${minimum} or newer. Update it, or add: --runtime process`,
    { params: { name, version, minimum }, retryable: false },
  );
}

/** Whether a version as `28.5.2+dfsg4` or `v2.40.3-3` is at least `minimum`, by its first two numbers. */
export function isVersionEnough(version: string, minimum: string): boolean {
  const [major = 0, minor = 0] = numbersOf(version);
  const [needMajor = 0, needMinor = 0] = numbersOf(minimum);
  return major > needMajor || (major === needMajor && minor >= needMinor);
}

function numbersOf(version: string): number[] {
  return (
    /^v?(\d+)(?:\.(\d+))?/
      .exec(version)
      ?.slice(1)
      .map((digits) => Number(digits ?? 0)) ?? []
  );
}
