import { execa } from "execa";

/** A process inside a container, as the kernel tells of it. */
export interface ContainerProcess {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly uid: number;
  readonly groups: readonly number[];
  readonly permitted: string;
  readonly effective: string;
  readonly inheritable: string;
  readonly ambient: string;
  readonly bounding: string;
  readonly noNewPrivileges: boolean;
}

const look = `for dir in /proc/[0-9]*; do
  [ -r "$dir/status" ] && cat "$dir/status" 2>/dev/null && printf 'Argv:\\t' && tr '\\0' '\\t' <"$dir/cmdline" 2>/dev/null && echo && echo ==
done; true`;

/** Lists every process of a container. */
export async function listProcesses(container: string): Promise<ContainerProcess[]> {
  const { stdout } = await execa("docker", ["exec", container, "sh", "-c", look]);
  return stdout
    .split("\n==")
    .filter((text) => text.includes("Argv:"))
    .map(toProcess);
}

function toProcess(text: string): ContainerProcess {
  const field = (name: string): string =>
    new RegExp(`^${name}:[\\t ]*(.*)$`, "m").exec(text)?.[1]?.trim() ?? "";
  return {
    pid: Number(field("Pid")),
    argv: field("Argv").split("\t"),
    uid: Number(field("Uid").split("\t")[1]),
    groups: field("Groups").split(" ").map(Number),
    permitted: field("CapPrm"),
    effective: field("CapEff"),
    inheritable: field("CapInh"),
    ambient: field("CapAmb"),
    bounding: field("CapBnd"),
    noNewPrivileges: field("NoNewPrivs") === "1",
  };
}
