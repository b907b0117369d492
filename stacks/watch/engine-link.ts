import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { execa } from "execa";
import { runDocker } from "../targets/compose/docker-cli.ts";

/** Opens one connection to the engine that the docker command uses. */
export type OpenLink = () => Duplex;

const socketAddress = /^unix:\/\/(\/.+)$/;
const tcpAddress = /^tcp:\/\/([^/:]+|\[[0-9a-f:]+\]):(\d+)\/?$/i;

/**
 * Finds the engine as the docker command does, by its context or `DOCKER_HOST`: a socket of this machine directly, everything else
 * through the docker command's own way, so that TLS and SSH need no second configuration.
 * @throws `docker_missing`, `engine_unreachable`
 */
export async function findEngineLink(signal?: AbortSignal): Promise<OpenLink> {
  const run = await runDocker(["context", "inspect", "--format", "{{json .Endpoints.docker.Host}}"], {
    timeoutMs: 10_000,
    ...(signal ? { signal } : {}),
  });
  return toLink(run.exitCode === 0 ? readAddress(run.stdout) : undefined);
}

function readAddress(output: string): string | undefined {
  try {
    const value: unknown = JSON.parse(output.trim());
    return typeof value === "string" ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Says how an address is reached: `unix:///run/docker.sock`, `tcp://host:2375`, or what only the docker command understands. */
export function toLink(address: string | undefined, env: NodeJS.ProcessEnv = process.env): OpenLink {
  const path = address === undefined ? undefined : socketAddress.exec(address)?.[1];
  if (path !== undefined) return () => connect({ path });
  const tcp = address === undefined ? undefined : tcpAddress.exec(address);
  if (tcp && !env["DOCKER_TLS_VERIFY"] && tcp[2] !== "2376")
    return () => connect({ host: (tcp[1] ?? "").replaceAll(/[[\]]/g, ""), port: Number(tcp[2]) });
  return dialThroughDocker;
}

/** Each connection is a child; it ends with its pipe. */
function dialThroughDocker(): Duplex {
  return execa("docker", ["system", "dial-stdio"], {
    cwd: "/",
    stderr: "ignore",
    reject: false,
    buffer: false,
  }).duplex();
}
