import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { ensureNatsServer } from "../../bus/server/fetch.ts";
import { freePort, readGreeting } from "../../bus/server/ready.ts";
import { makeProject, type Project } from "./installation.ts";

const dockfra = join(import.meta.dirname, "../../bin/dockfra");

/** A nats-server of the user's own, with the accounts that are given. */
async function startServer(
  project: Project,
  port: number,
  accounts: string,
): Promise<{ stop: () => Promise<void> }> {
  const { path } = await ensureNatsServer();
  const config = await project.write(
    "nats.conf",
    `host: "127.0.0.1"\nport: ${port}\njetstream: { store_dir: "${project.dir}/store", sync_interval: always }\n${accounts}\n`,
  );
  const child = execa(path, ["--config", config], {
    reject: false,
    stdin: "ignore",
  });
  await expect.poll(() => readGreeting(port), { timeout: 10_000 }).toBeDefined();
  return {
    stop: async () => {
      child.kill("SIGTERM");
      await child;
    },
  };
}

test("a server of the user's own with the printed accounts carries everything", async () => {
  await using project = await makeProject(await freePort());
  const creds = `${project.dir}/creds`;
  const { accounts } = await project.json("bus", "config", "--creds", creds);
  const port = await freePort();
  const server = await startServer(project, port, String(accounts));
  try {
    const where = ["--servers", `nats://127.0.0.1:${port}`, "--creds", creds];
    expect(await project.cli("up", "--detach", ...where)).toMatchObject({ exitCode: 0 });
    expect((await project.installation()).parts.map(({ part }) => part)).not.toContain("nats");
    expect(await project.cli("ticket", "create", "Hello", "--autonomy", "manual")).toMatchObject({
      exitCode: 0,
    });
    expect(await project.cli("bus", "doctor", ...where)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("keeps the roles apart"),
    });
    expect(await project.cli("down")).toMatchObject({ exitCode: 0 });
    expect(await readGreeting(port)).toBeDefined();
  } finally {
    await server.stop();
  }
});

test("parts that run alone keep their state where git does not see it, and the commands find them", async () => {
  await using project = await makeProject(await freePort());
  const creds = `${project.dir}/creds`;
  const { accounts } = await project.json("bus", "config", "--creds", creds);
  const port = await freePort();
  const server = await startServer(project, port, String(accounts));
  const servers = `nats://127.0.0.1:${port}`;
  const stop = new AbortController();
  const at = ["--root", await project.git("rev-parse", "--show-toplevel")];
  const env = { DOCKFRA_SERVERS: servers, DOCKFRA_CREDS: creds };
  const running = ["orchestrator", "host"].map((part) =>
    execa(dockfra, [part, "--servers", servers, "--creds", creds, ...at], {
      cancelSignal: stop.signal,
      reject: false,
      stdin: "ignore",
    }),
  );
  const ask = (...args: readonly string[]) => execa(dockfra, [...args, ...at], { env, reject: false });
  try {
    await expect
      .poll(async () => (await ask("ticket", "create", "Hello")).exitCode, { timeout: 20_000 })
      .toBe(0);
    expect((await ask("ticket", "list")).stdout).toContain("T-0001");
    expect(await project.git("status", "--porcelain")).toBe("");
  } finally {
    stop.abort();
    await Promise.all(running);
    await server.stop();
  }
  expect(await project.cli("up", "--detach", "--servers", servers, "--creds", creds)).toMatchObject({
    exitCode: 6,
    stderr: expect.stringContaining("No NATS server answers at"),
  });
});

test("a server without accounts is refused before anything starts", async () => {
  await using project = await makeProject(await freePort());
  const creds = `${project.dir}/creds`;
  await project.json("bus", "config", "--creds", creds);
  const port = await freePort();
  const server = await startServer(project, port, "");
  try {
    const up = await project.cli("up", "--detach", "--servers", `nats://127.0.0.1:${port}`, "--creds", creds);
    expect(up.exitCode).toBeGreaterThan(1);
    expect(up.stderr).toMatch(/dockfra: .*(accounts|apart|key)/);
    expect(await project.cli("status")).toMatchObject({ exitCode: 6 });
  } finally {
    await server.stop();
  }
});
