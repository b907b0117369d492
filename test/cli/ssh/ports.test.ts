import { afterEach, expect, test, vi } from "vitest";
import { sshPortsOf } from "../../../cli/ssh/ports.ts";
import { readVariable } from "../../../cli/ssh/variable.ts";
import { makeScratch } from "../../support/scratch.ts";
import { ports } from "./places.ts";

afterEach(() => vi.unstubAllEnvs());

test("the ports of old, where nothing else is told", async () => {
  await using scratch = await makeScratch();
  expect(await sshPortsOf(scratch.dir)).toEqual(ports);
});

test("what the containers were started with counts before environment and .env", async () => {
  await using scratch = await makeScratch();
  await scratch.write(
    ".env",
    "SSH_MANAGER_PORT=3001\nSSH_DEVELOPER_PORT='3002' # mine\nSSH_MONITOR_PORT=3003\n",
  );
  vi.stubEnv("SSH_DEVELOPER_PORT", "4002");
  vi.stubEnv("SSH_MONITOR_PORT", "4003");
  await scratch.write("roles/compose.env", "SSH_MONITOR_PORT=5003\nSTATE=/x\n");
  expect(await sshPortsOf(scratch.dir)).toEqual({ ...ports, manager: 3001, developer: 4002, monitor: 5003 });
});

test.each(["", "0", "70000", "-1", "22x", "2200; rm"])("what is no port does not count: %j", async (text) => {
  await using scratch = await makeScratch();
  await scratch.write(".env", `SSH_MANAGER_PORT=${text}\n`);
  expect((await sshPortsOf(scratch.dir)).manager).toBe(2202);
});

test("the last of several lines counts, as in a shell", () => {
  expect(readVariable('A=1\nexport A="2"\nAB=3\n#A=4\n', "A")).toBe("2");
  expect(readVariable("", "A")).toBe(undefined);
});
