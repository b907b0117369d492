import { randomBytes } from "node:crypto";
import { execa } from "execa";
import { lookAhead } from "../../../agents/monitor/stack-service/preflight.ts";
import { createMemoryBus } from "../../../bus/memory/bus.ts";
import type { Finding } from "../../../bus/messages/stack-service.ts";
import { serveMachine } from "../../../cli/host/machine.ts";
import { applyFix, undoFix } from "../../../stacks/fix/fixes.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

/** A root with the host and the monitor's look ahead over it, on the real engine. */
export interface PreflightHouse extends AsyncDisposable {
  readonly scratch: Scratch;
  readonly stateDir: string;
  /** Begins every project, network and volume name of this house. */
  readonly tag: string;
  /** What stands in the way of stacks; all where none is named. */
  look(...stacks: readonly string[]): Promise<Finding[]>;
  /** The finding of a code. */
  find(code: string, ...stacks: readonly string[]): Promise<Finding>;
  /** Does the fix of a code that a finding offers; gives its id. */
  fix(finding: Finding, code: string): Promise<string>;
  undo(id: string): Promise<void>;
  /** Runs docker, and gives what it wrote. */
  docker(...words: readonly string[]): Promise<string>;
}

/** Makes a house; everything on the engine that carries its tag goes with it. */
export async function makePreflightHouse(): Promise<PreflightHouse> {
  const scratch = await makeScratch();
  const stateDir = scratch.path("dockfra");
  const tag = `pf${randomBytes(3).toString("hex")}`;
  await scratch.write("dockfra/.gitignore", "*\n");
  const bus = createMemoryBus();
  const end = new AbortController();
  const serving = serveMachine({
    ...{ bus: bus.worker("host", "h"), root: scratch.dir, stateDir },
    signal: end.signal,
  });
  const monitor = bus.worker("monitor", "m");
  const docker = async (...words: readonly string[]): Promise<string> =>
    (await execa("docker", words, { reject: false, stdin: "ignore" })).stdout;
  const look = (...stacks: readonly string[]): Promise<Finding[]> =>
    lookAhead({ stacks: [...stacks] }, { bus: monitor, root: scratch.dir, stateDir, prefix: tag });
  const find = async (code: string, ...stacks: readonly string[]): Promise<Finding> => {
    const findings = await look(...stacks);
    const found = findings.find((one) => one.code === code);
    if (found) return found;
    throw new Error(`no ${code} among ${JSON.stringify(findings, undefined, 1)}`);
  };
  const fix = async (finding: Finding, code: string): Promise<string> => {
    const offered = finding.fixes?.find((one) => one.code === code);
    if (!offered) throw new Error(`no ${code} among ${JSON.stringify(finding.fixes)}`);
    await applyFix(offered.id, { stateDir, by: "ada" });
    return offered.id;
  };
  return {
    ...{ scratch, stateDir, tag, look, find, fix, docker },
    undo: async (id) => void (await undoFix(id, { stateDir, by: "ada" })),
    async [Symbol.asyncDispose]() {
      end.abort();
      await serving;
      const ids = (await docker("ps", "-aq", "--filter", `name=${tag}`)).split("\n").filter(Boolean);
      if (ids.length > 0) await docker("rm", "-f", ...ids);
      for (const kind of ["network", "volume"]) {
        const names = await docker(kind, "ls", "--format", "{{.Name}}", "--filter", `name=${tag}`);
        if (names !== "") await docker(kind, "rm", ...names.split("\n"));
      }
      await bus[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    },
  };
}

/** A compose file with one service. */
export function oneService(name: string, lines: readonly string[], rest = ""): string {
  return [
    `name: ${name}`,
    "services:",
    "  web:",
    "    image: busybox",
    "    command: sleep 600",
    ...lines.map((line) => `    ${line}`),
    rest,
    "",
  ].join("\n");
}
