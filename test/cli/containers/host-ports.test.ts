import { createServer } from "node:net";
import { readFile } from "node:fs/promises";
import { once } from "node:events";
import { expect, test } from "vitest";
import { chooseHostPorts, hostPorts, readHostPorts } from "../../../cli/containers/host-ports.ts";
import { freePort } from "../../../bus/server/ready.ts";
import { makeScratch } from "../../support/scratch.ts";

const names = ["SSH_MANAGER_PORT", "SSH_MONITOR_PORT"] as const;

async function holdOne() {
  const port = await freePort();
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

test("ports are as dockfra/.env says, else the ones of old", async () => {
  await using scratch = await makeScratch();
  await scratch.write(".env", "SSH_MANAGER_PORT=4711\n");
  expect(await readHostPorts(scratch.dir, hostPorts)).toMatchObject({
    SSH_MANAGER_PORT: 4711,
    SSH_DEVELOPER_PORT: 2200,
  });
});

test("what is no port is refused by name", async () => {
  await using scratch = await makeScratch();
  await scratch.write(".env", "SSH_MANAGER_PORT=http\n");
  await expect(readHostPorts(scratch.dir, hostPorts)).rejects.toMatchObject({
    code: "port_invalid",
    params: { name: "SSH_MANAGER_PORT" },
  });
});

test("a port that is taken is refused with who has it and the next free one", async () => {
  await using scratch = await makeScratch();
  await using held = await holdOne();
  const { port } = held;
  await scratch.write(".env", `SSH_MANAGER_PORT=${port}\nSSH_MONITOR_PORT=${await freePort()}\n`);
  const refused = chooseHostPorts({ stateDir: scratch.dir, names, move: false });
  await expect(refused).rejects.toMatchObject({
    code: "port_taken",
    params: { name: "SSH_MANAGER_PORT", port, holder: expect.stringMatching(/\(pid \d+\)/) },
  });
});

test("or another is taken and kept in dockfra/.env, the rest of it as it was", async () => {
  await using scratch = await makeScratch();
  await using held = await holdOne();
  const { port } = held;
  await scratch.write(".env", `# mine\nSSH_MANAGER_PORT=${port}\nSSH_MONITOR_PORT=${await freePort()}\n`);
  const { ports, moved } = await chooseHostPorts({ stateDir: scratch.dir, names, move: true });
  expect(moved).toEqual([
    expect.objectContaining({ name: "SSH_MANAGER_PORT", from: port, to: ports.SSH_MANAGER_PORT }),
  ]);
  const text = await readFile(scratch.path(".env"), "utf8");
  expect(text).toContain("# mine\n");
  expect(text).toContain(`SSH_MANAGER_PORT=${ports.SSH_MANAGER_PORT}\n`);
});

test("two variables never get the same port", async () => {
  await using scratch = await makeScratch();
  const port = await freePort();
  await scratch.write(".env", `SSH_MANAGER_PORT=${port}\nSSH_MONITOR_PORT=${port}\n`);
  const { ports } = await chooseHostPorts({ stateDir: scratch.dir, names, move: true });
  expect(ports.SSH_MANAGER_PORT).not.toBe(ports.SSH_MONITOR_PORT);
});
