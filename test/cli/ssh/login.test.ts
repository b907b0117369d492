import { execa } from "execa";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { init } from "../../../cli/ssh/init.ts";
import { login } from "../../../cli/ssh/login.ts";
import { makeScratch } from "../../support/scratch.ts";
import { captureScreen } from "../terminal/capture.ts";

afterEach(() => vi.unstubAllEnvs());
const dockfra = join(import.meta.dirname, "../../../bin/dockfra");

function invoke<O extends object>(options: O, json = false) {
  const { screen, out, err } = captureScreen({ json });
  return {
    invocation: { options: { ...options, json }, screen, signal: new AbortController().signal },
    out,
    err,
  };
}

test("--print gives a line that a shell takes as it is", async () => {
  await using scratch = await makeScratch();
  const { invocation, out } = invoke({ root: scratch.dir, print: true });
  expect(await login(invocation, "manager", ["echo", "a  b"])).toBe(0);
  const words = await execa("/bin/sh", ["-c", `set -- ${out().trim()}; printf '%s\\n' "$@"`]);
  const argv = words.stdout.split("\n");
  expect(argv.slice(0, 3)).toEqual(["ssh", "-F", "none"]);
  expect(argv.slice(-4)).toEqual(["manager", "127.0.0.1", "--", "echo 'a  b'"]);
  expect(out()).not.toContain("ControlPath");
});

test("with --json and no command it tells how to connect", async () => {
  await using scratch = await makeScratch();
  const { invocation, out } = invoke({ root: scratch.dir }, true);
  await login(invocation, "rpi3", []);
  expect(JSON.parse(out())).toMatchObject({
    ok: true,
    host: "device",
    port: 2224,
    line: expect.stringMatching(/^ssh /),
  });
});

test("where nothing runs it says how to start", async () => {
  await using scratch = await makeScratch();
  await scratch.write("dockfra/.env", "SSH_MANAGER_PORT=1\n");
  await init(invoke({ root: scratch.dir }).invocation);
  await expect(login(invoke({ root: scratch.dir }).invocation, "manager", ["true"])).rejects.toMatchObject({
    code: "not_running",
    message: expect.stringContaining("dockfra up"),
  });
});

test("a machine without a client is told what to install", async () => {
  await using scratch = await makeScratch();
  vi.stubEnv("PATH", scratch.dir);
  await init(invoke({ root: scratch.dir }).invocation);
  const { runClient } = await import("../../../cli/ssh/client.ts");
  await expect(runClient(["-V"], { cwd: scratch.dir, keep: true })).rejects.toMatchObject({
    code: "ssh_client_missing",
  });
});

test.each(["", "root", "manager;id", "../x", "-oProxyCommand=id"])("no such role: %j", async (name) => {
  await expect(login(invoke({ root: "." }).invocation, name, [])).rejects.toMatchObject({
    code: "ssh_host_unknown",
  });
});

test("init says what it made, then what was there", async () => {
  await using scratch = await makeScratch();
  const first = invoke({ root: scratch.dir });
  await init(first.invocation);
  expect(first.out()).toMatch(
    /Made .*dockfra, for its owner alone[\s\S]*Made 17 ED25519 keys[\s\S]*ssh -F none/,
  );
  const second = invoke({ root: scratch.dir }, true);
  await init(second.invocation);
  expect(JSON.parse(second.out())).toMatchObject({
    ok: true,
    madeStateDir: false,
    made: [],
    kept: expect.arrayContaining(["host-manager"]),
  });
});

test("the whole command line: options after the role are the remote command's", async () => {
  await using scratch = await makeScratch();
  const args = [
    "--root",
    scratch.dir,
    "--json",
    "ssh",
    "--print",
    "manager",
    "ticket-list",
    "--json",
    "--root",
    "/x",
  ];
  const { stdout } = await execa(dockfra, args);
  expect((JSON.parse(stdout) as { argv: string[] }).argv.at(-1)).toBe("ticket-list --json --root /x");
  const listed = await execa(dockfra, ["keys", "list", "--root", scratch.dir, "--json"], { reject: false });
  expect(JSON.parse(listed.stdout)).toMatchObject({ ok: false, error: { code: "ssh_key_missing" } });
});
