import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { roles } from "../../bus/messages/principals.ts";
import { freePort } from "../../bus/server/ready.ts";
import { makeScratch } from "../support/scratch.ts";
import { machine, rounded, toTable } from "./support/figures.ts";
import { familyOf, pssBytesOf } from "./support/processes.ts";

const home = fileURLToPath(new URL("../..", import.meta.url));
const dockfra = fileURLToPath(new URL("../../bin/dockfra", import.meta.url));
const sample = fileURLToPath(new URL("../../stacks/blueprints/sample", import.meta.url));

export interface RoleFigures {
  readonly machine: ReturnType<typeof machine>;
  /** All images from Debian's part and packages that are there, with no layer of our code. */
  readonly buildMs: number;
  /** The same with a changed source, as an update does it. */
  readonly rebuildMs: number;
  /** From `dockfra up --detach` to the end of the first command over SSH, images built; each of several starts. */
  readonly firstCommandMs: readonly number[];
  /** Agent, sshd and tini of each role's container, idle. */
  readonly pssMb: Readonly<Record<string, number>>;
  /** `dockfra ssh manager true`, sorted. */
  readonly sshMs: readonly number[];
}

/** Measures the containers of the roles on the local engine: build, start, memory, a command over SSH. */
export async function benchRoles(times = 5): Promise<RoleFigures> {
  const prefix = `bench-${process.pid}`;
  await using scratch = await makeScratch();
  const root = scratch.path("shop");
  await cp(sample, root, { recursive: true });
  const ports = await Promise.all(
    roles.map(async (role) => [`SSH_${role.toUpperCase()}_PORT`, String(await freePort())] as const),
  );
  const env = {
    ...Object.fromEntries(ports),
    DOCKFRA_LOG: "warn",
    DOCKFRA_PREFIX: prefix,
    XDG_STATE_HOME: scratch.path("state"),
  };
  const run = (...argv: readonly string[]) =>
    execa(dockfra, ["--root", root, ...argv], { stdin: "ignore", env, timeout: 1_200_000 });
  const up = () => run("up", "--detach", "--runtime", "docker", "--yes-git-init", "--port", "0");
  try {
    const buildMs = await timed(() => bake(prefix, "one", ["--set", "*.no-cache-filter=base"]));
    const rebuildMs = await timed(() => bake(prefix, "two", []));
    // what is measured is a start with images of this very code
    await up();
    await run("down");
    const firstCommandMs: number[] = [];
    for (let n = 0; n < times; n += 1) {
      if (n > 0) await run("down");
      firstCommandMs.push(
        await timed(async () => {
          await up();
          await run("ssh", "manager", "true");
        }),
      );
    }
    const pssMb = Object.fromEntries(
      await Promise.all(roles.map(async (role) => [role, await pssMbOf(`${prefix}-ssh-${role}`)] as const)),
    );
    const sshMs: number[] = [];
    for (let n = 0; n < 4 * times; n += 1) sshMs.push(await timed(() => run("ssh", "manager", "true")));
    return {
      machine: machine(),
      buildMs,
      rebuildMs,
      firstCommandMs: firstCommandMs.toSorted((a, b) => a - b),
      pssMb,
      sshMs: sshMs.toSorted((a, b) => a - b),
    };
  } finally {
    await run("down", "--purge", "--yes");
  }
}

function bake(prefix: string, source: string, flags: readonly string[]) {
  return execa("docker", ["buildx", "bake", "--file", "agents/image/bake.hcl", ...flags], {
    cwd: home,
    env: { PREFIX: prefix, SOURCE: source },
    stdin: "ignore",
  });
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await act();
  return Math.round(performance.now() - startMs);
}

async function pssMbOf(container: string): Promise<number> {
  const { stdout } = await execa("docker", ["inspect", "--format", "{{.State.Pid}}", container]);
  const family = await familyOf(Number(stdout));
  const bytes = await Promise.all(family.map(({ pid }) => pssBytesOf(pid)));
  return rounded(bytes.reduce((sum, one) => sum + one, 0) / 1024 / 1024);
}

/** Writes the figures for people. */
export function roleTable({
  machine: where,
  buildMs,
  rebuildMs,
  firstCommandMs,
  pssMb,
  sshMs,
}: RoleFigures): string {
  const middle = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? 0;
  return toTable([
    ["what", "figure"],
    ["machine", JSON.stringify(where)],
    ["build from a warm base, s", rounded(buildMs / 1_000)],
    ["build after a change, s", rounded(rebuildMs / 1_000)],
    ["up to the end of the first SSH command, s (median)", rounded(middle(firstCommandMs) / 1_000)],
    ...Object.entries(pssMb).map(([role, mb]) => [`PSS of ${role}, MB`, mb] as const),
    ["dockfra ssh manager true, ms (median)", middle(sshMs)],
  ]);
}
