import { containerOf, containerPort, hostKeyName, sshHosts, type SshHost } from "./directions.ts";

/** Where a host is found from outside its network: the port on this machine's loopback. */
export type SshPorts = Readonly<Record<SshHost, number>>;

/** A line of `known_hosts` taken apart. */
export interface PinnedHost {
  readonly names: readonly string[];
  /** Type and base64. */
  readonly key: string;
  readonly comment: string;
}

const mark = "dockfra:";

/** The lines that pin one host: its container's name for the other roles, loopback for people. */
function pinLines(prefix: string, host: SshHost, port: number, publicKey: string): string[] {
  const [type = "", base64 = ""] = publicKey.split(" ");
  const tail = `${type} ${base64.trim()} ${mark}${hostKeyName(host)}`;
  return [
    `[${containerOf(prefix, host)}]:${containerPort} ${tail}`,
    `[127.0.0.1]:${port},[localhost]:${port} ${tail}`,
  ];
}

/** The text of `known_hosts`: our lines anew, those that somebody else added as they were. */
export function withPins(
  text: string,
  prefix: string,
  ports: SshPorts,
  publicKeys: Readonly<Record<SshHost, string>>,
): string {
  const foreign = text
    .split("\n")
    .filter((line) => line.trim() !== "" && parsePin(line)?.comment.startsWith(mark) !== true);
  const ours = sshHosts.flatMap((host) => pinLines(prefix, host, ports[host], publicKeys[host]));
  return [...ours, ...foreign, ""].join("\n");
}

/** The lines that a container needs: those of some hosts, by their containers' names. */
export function pinsFor(text: string, prefix: string, hosts: readonly SshHost[]): string {
  const names = new Set(hosts.map((host) => `[${containerOf(prefix, host)}]:${containerPort}`));
  const lines = text.split("\n").filter((line) => parsePin(line)?.names.some((name) => names.has(name)));
  return lines.map((line) => `${line}\n`).join("");
}

function parsePin(line: string): PinnedHost | undefined {
  const [names, type, base64, ...comment] = line.trim().split(/\s+/);
  if (names === undefined || type === undefined || base64 === undefined || names.startsWith("#"))
    return undefined;
  return { names: names.split(","), key: `${type} ${base64}`, comment: comment.join(" ") };
}
