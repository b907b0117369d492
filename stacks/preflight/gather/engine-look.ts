import { readdir } from "node:fs/promises";
import { z } from "zod";
import { inspectNetworks, listVolumes } from "../../diagnose/gather/engine-facts.ts";
import { runDocker } from "../../targets/compose/docker-cli.ts";
import type { EngineContainerFacts, EngineFacts, EngineHoldings } from "../facts.ts";

const timeoutMs = 20_000;
const Row = z.looseObject({
  Names: z.string(),
  State: z.string().default(""),
  Ports: z.string().default(""),
  Labels: z.string().default(""),
});

/** Asks the engine what it is and has. @throws `docker_missing`, `engine_unreachable`, `compose_missing` */
export async function lookAtEngine(inContainer: boolean): Promise<EngineFacts> {
  const [version, compose, containers, objects, emulated] = await Promise.all([
    runDocker(["version", "--format", "{{.Server.Version}} {{.Server.Os}}/{{.Server.Arch}}"], { timeoutMs }),
    runDocker(["compose", "version", "--short"], { timeoutMs }),
    listEngineContainers(),
    listEngineObjects(),
    inContainer ? undefined : emulatedArchitectures(),
  ]);
  const [engineVersion = "", platform = ""] = version.stdout.trim().split(" ");
  return {
    version: engineVersion,
    platform,
    composeVersion: compose.stdout.trim(),
    ...(emulated === undefined ? {} : { emulated }),
    containers,
    ...objects,
  };
}

/** Lists the engine's containers, with the ports that they publish. @throws `docker_missing`, `engine_unreachable` */
export async function listEngineContainers(): Promise<EngineContainerFacts[]> {
  const rows = await runDocker(["ps", "--all", "--no-trunc", "--format", "{{json .}}"], { timeoutMs });
  return parseContainerRows(rows.stdout);
}

/** Lists the engine's networks and volumes. @throws `docker_missing`, `engine_unreachable` */
export async function listEngineObjects(): Promise<Pick<EngineHoldings, "networks" | "volumes">> {
  const [networks, volumes] = await Promise.all([inspectNetworks(), listVolumes()]);
  return { networks: networks.map(({ name, subnets }) => ({ name, subnets })), volumes };
}

/** Reads `docker ps --format '{{json .}}'`, one container a line. */
export function parseContainerRows(output: string): EngineContainerFacts[] {
  return output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const { Names, State, Ports, Labels } = Row.parse(JSON.parse(line));
      const project = /(?:^|,)com\.docker\.compose\.project=([^,]*)/.exec(Labels)?.[1];
      return {
        name: Names.split(",")[0] ?? Names,
        running: State === "running",
        ...(State === "restarting" ? { restarting: true } : {}),
        ports: parsePorts(Ports),
        ...(project === undefined ? {} : { project }),
      };
    });
}

const widestRange = 1_000;

function parsePorts(shown: string): EngineContainerFacts["ports"] {
  const matches = [...shown.matchAll(/(?:^|, )(?:([^ ,]+):)?(\d+)(?:-(\d+))?->[\d-]+\/(tcp|udp|sctp)/g)];
  return matches.flatMap(([, address = "", first, last = first, protocol = "tcp"]) => {
    const count = Math.min(widestRange, Number(last) - Number(first) + 1);
    return Array.from({ length: count }, (_, index) => ({ port: Number(first) + index, protocol, address }));
  });
}

const qemuNames: Readonly<Record<string, string>> = {
  aarch64: "arm64",
  x86_64: "amd64",
  i386: "386",
};

/** Architectures for which the kernel has an emulator. */
async function emulatedArchitectures(): Promise<string[]> {
  const names = await readdir("/proc/sys/fs/binfmt_misc").catch((): string[] => []);
  return names.flatMap((name) => {
    const arch = /^qemu-(.+)$/.exec(name)?.[1];
    return arch === undefined ? [] : [qemuNames[arch] ?? arch];
  });
}
