import { z } from "zod";
import { unavailable } from "../../bus/kernel/errors.ts";
import type { ProgramRun } from "../processes/program-run.ts";
import { lastWords, runDocker } from "../targets/compose/docker-cli.ts";
import type { StepKind } from "./step-context.ts";

const timeoutMs = 60_000;
const longMs = 30 * 60_000;

/** Makes a network that the stack expects from outside. */
export const networkStep: StepKind<"network"> = {
  note: async ({ name }) => ({ do: "network", name, made: !(await exists("network", name)) }),
  apply: async ({ name }, _, { made }) => {
    if (made) await docker(["network", "create", "--label", "dockfra.fix=1", name]);
  },
  revert: async ({ name, made }) => {
    if (!made) return;
    const run = await docker([
      "network",
      "inspect",
      "--format",
      "{{range $id, $_ := .Containers}}{{println $id}}{{end}}",
      name,
    ]);
    const joined = run.stdout.split("\n").filter((id) => id !== "");
    for (const id of joined) await docker(["network", "disconnect", "--force", name, id]);
    await docker(["network", "rm", name]);
  },
};

/** Makes a volume that the stack expects from outside. */
export const volumeStep: StepKind<"volume"> = {
  note: async ({ name }) => ({ do: "volume", name, made: !(await exists("volume", name)) }),
  apply: async ({ name }, _, { made }) => {
    if (made) await docker(["volume", "create", "--label", "dockfra.fix=1", name]);
  },
  revert: async ({ name, made }) => {
    if (made) await docker(["volume", "rm", name]);
  },
};

/** Stops a container; it stays. */
export const stopStep: StepKind<"stop"> = {
  note: async ({ container }) => {
    const run = await docker(["container", "inspect", "--format", "{{.State.Status}}", container]);
    return { do: "stop", container, ran: ["running", "restarting", "paused"].includes(run.stdout.trim()) };
  },
  apply: async ({ container }) => {
    await docker(["stop", container]);
  },
  revert: async ({ container, ran }) => {
    if (ran) await docker(["start", container]);
  },
};

/** Fetches an image for the engine's processor. */
export const pullStep: StepKind<"pull"> = {
  note: () => ({ do: "pull" }),
  apply: async ({ image, platform }, { onLine, signal }) => {
    const here = await docker(
      ["image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", "--", image],
      true,
    );
    if (here.exitCode === 0 && here.stdout.trim() === platform) return;
    const options = { timeoutMs: longMs, ...(onLine ? { onLine } : {}), ...(signal ? { signal } : {}) };
    const run = await runDocker(["pull", "--platform", platform, "--", image], options);
    if (run.exitCode !== 0) throw failed(`pull ${image}`, run);
  },
  revert: () => undefined,
};

/** Makes a running PostgreSQL take the password that its container was given. */
export const databasePasswordStep: StepKind<"database-password"> = {
  note: async ({ container, user }) => {
    const sql = `SELECT coalesce(rolpassword, '') FROM pg_authid WHERE rolname = ${literal(user)}`;
    return { do: "database-password", container, user, kept: (await psql(container, sql)).trim() };
  },
  apply: async ({ container, user }) => {
    const password = (await environmentOf(container)).get("POSTGRES_PASSWORD");
    if (password === undefined || password === "")
      throw unavailable(
        "fix_no_password",
        `The container ${container} has no POSTGRES_PASSWORD. Set it first.`,
        {
          params: { container },
          retryable: false,
        },
      );
    await psql(container, `ALTER ROLE ${identifier(user)} PASSWORD ${literal(password)}`);
  },
  revert: async ({ container, user, kept }) => {
    if (kept !== "") await psql(container, `ALTER ROLE ${identifier(user)} PASSWORD ${literal(kept)}`);
  },
};

/** Empties a volume after its content went into another one; the container is stopped and stays. */
export const emptyVolumeStep: StepKind<"empty-volume"> = {
  note: async ({ volume, container }, { fix }) => {
    const image = (await docker(["container", "inspect", "--format", "{{.Image}}", container])).stdout.trim();
    return { do: "empty-volume", volume, image, backup: `${volume}-before-${fix}` };
  },
  apply: async ({ volume, container }, _, { image, backup }) => {
    await docker(["stop", container]);
    await docker(["volume", "create", "--label", "dockfra.backup=1", backup]);
    await copyVolume(volume, backup, image);
    await runHelper(image, [mountOf(backup)], ["touch", completeMark]);
    await clearVolume(volume, image);
  },
  revert: async ({ volume, image, backup }) => {
    // a copy that was cut off is no copy: the volume itself is still whole then
    if (!(await exists("volume", backup))) return;
    if (!(await isComplete(backup, image))) {
      await docker(["volume", "rm", backup]);
      return;
    }
    const users = await docker(["ps", "--quiet", "--filter", `volume=${volume}`]);
    for (const id of users.stdout.split("\n")) if (id !== "") await docker(["stop", id]);
    await clearVolume(volume, image);
    await copyVolume(backup, volume, image);
    await runHelper(image, [mountOf(volume)], ["rm", "-f", completeMark]);
    await docker(["volume", "rm", backup]);
  },
};

const completeMark = "/to/.dockfra-complete";

async function isComplete(backup: string, image: string): Promise<boolean> {
  return runHelper(image, [mountOf(backup)], ["ls", completeMark]).then(
    () => true,
    () => false,
  );
}

function mountOf(volume: string): string {
  return `type=volume,source=${volume},target=/to,volume-nocopy`;
}

/** With owners and modes: a database insists on them. */
async function copyVolume(from: string, to: string, image: string): Promise<void> {
  const mounts = [`type=volume,source=${from},target=/from,volume-nocopy`, mountOf(to)];
  await runHelper(image, mounts, ["cp", "-a", "/from/.", "/to/"]);
}

async function clearVolume(volume: string, image: string): Promise<void> {
  await runHelper(image, [mountOf(volume)], ["find", "/to", "-mindepth", "1", "-delete"]);
}

async function runHelper(
  image: string,
  mounts: readonly string[],
  [program = "", ...args]: readonly string[],
): Promise<void> {
  await docker([
    ...["run", "--rm", "--pull", "never", "--network", "none", "--user", "0", "--read-only"],
    ...["--security-opt", "no-new-privileges", ...mounts.flatMap((mount) => ["--mount", mount])],
    ...["--entrypoint", program, image, ...args],
  ]);
}

/** Asks as the database's own user through its own socket; the statement is read from stdin, so no list of processes shows it. */
async function psql(container: string, sql: string): Promise<string> {
  const env = await environmentOf(container);
  const user = env.get("POSTGRES_USER") || "postgres";
  const database = env.get("POSTGRES_DB") || user;
  const program = ["psql", "-v", "ON_ERROR_STOP=1", "-qtA", "-U", user, "-d", database];
  const run = await runDocker(["exec", "--interactive", container, ...program], { timeoutMs, input: sql });
  if (run.exitCode !== 0) throw failed("exec psql", run);
  return run.stdout;
}

async function environmentOf(container: string): Promise<ReadonlyMap<string, string>> {
  const run = await docker(["container", "inspect", "--format", "{{json .Config.Env}}", container]);
  const list = z.array(z.string()).nullable().parse(JSON.parse(run.stdout)) ?? [];
  return new Map(
    list.map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)] as const),
  );
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function identifier(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

async function exists(kind: "network" | "volume", name: string): Promise<boolean> {
  return (await docker([kind, "inspect", "--format", "{{.Name}}", name], true)).exitCode === 0;
}

async function docker(args: readonly string[], mayFail = false): Promise<ProgramRun> {
  const run = await runDocker(args, { timeoutMs: longMs });
  if (run.exitCode !== 0 && !mayFail) throw failed(args.slice(0, 2).join(" "), run);
  return run;
}

function failed(what: string, run: ProgramRun): Error {
  return unavailable("docker_failed", `docker ${what} failed: ${lastWords(run)}. Try again.`, {
    params: { project: what, reason: lastWords(run) },
  });
}
