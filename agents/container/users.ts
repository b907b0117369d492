import { readFileSync } from "node:fs";
import { sandboxUid, shellUid } from "./place.ts";

/** Makes an argv that runs as another user of the container, without any capability and with no way to get one. */
function asUser(uid: number, argv: readonly string[], limits: readonly string[]): readonly string[] {
  return [
    ...(limits.length === 0 ? [] : ["prlimit", ...limits, "--"]),
    "setpriv",
    `--reuid=${uid}`,
    `--regid=${uid}`,
    "--clear-groups",
    "--inh-caps=-all",
    "--ambient-caps=-all",
    "--no-new-privs",
    "--",
    ...argv,
  ];
}

/** Makes an argv that runs as the shell's user: sshd, and the project's own commands. */
export function asShell(argv: readonly string[]): readonly string[] {
  return asUser(shellUid, argv, processLimit(0.4));
}

/** Makes an argv that runs as the sandbox's user, with bounds on processes, files and dumps. */
export function asSandbox(argv: readonly string[]): readonly string[] {
  return asUser(sandboxUid, argv, [...processLimit(0.5), "--fsize=4294967296", "--core=0"]);
}

const pidLimitFiles = ["/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/pids/pids.max"];
let limit: number | undefined;

/** A share of the container's processes: who has it all must not keep the agent from starting one. */
function processLimit(share: number): readonly string[] {
  limit ??= readPidLimit();
  return Number.isFinite(limit) ? [`--nproc=${Math.max(32, Math.floor(share * limit))}`] : [];
}

function readPidLimit(): number {
  for (const path of pidLimitFiles) {
    try {
      const value = Number(readFileSync(path, "utf8").trim());
      return Number.isInteger(value) ? value : Number.POSITIVE_INFINITY;
    } catch (error) {
      // the other version of the kernel's groups has it elsewhere
      if (!(error instanceof Error && "code" in error)) throw error;
    }
  }
  return Number.POSITIVE_INFINITY;
}
