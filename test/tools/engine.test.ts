import { access, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { makeScratch } from "../support/scratch.ts";

const folder = fileURLToPath(new URL("../../tools/engine/", import.meta.url));

async function provision(programs: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const scratch = await makeScratch();
  for (const [name, body] of Object.entries(programs)) await scratch.program(`bin/${name}`, body);
  const env = { PATH: `${scratch.path("bin")}:/usr/bin:/bin`, ENGINE_STATE: scratch.path("state") };
  const result = await execa(`${folder}provision.sh`, args, { env, extendEnv: false, reject: false });
  const touched = await access(scratch.path("state")).then(
    () => true,
    () => false,
  );
  await scratch[Symbol.asyncDispose]();
  return { ...result, touched };
}

const noEngine = "exit 1";

test("an engine that somebody else started is left as it is", async () => {
  const { stdout, exitCode, touched } = await provision({ docker: "echo 27.0.1" });
  expect(stdout).toContain("A Docker engine (27.0.1) answers already; nothing was touched.");
  expect(stdout).toContain("provision.sh --images");
  expect({ exitCode, touched }).toEqual({ exitCode: 0, touched: false });
});

test("who is not root gets the command that would do it", async () => {
  const { stderr, exitCode, touched } = await provision({ docker: noEngine, id: "echo 1000" });
  expect(stderr).toMatch(/only root can install one; nothing was touched. Run: sudo .*provision\.sh/);
  expect({ exitCode, touched }).toEqual({ exitCode: 1, touched: false });
});

test("another system than Debian is told what to install", async () => {
  const { stderr, exitCode, touched } = await provision({ docker: noEngine, uname: "echo Darwin" });
  expect(stderr).toContain("Install Docker Desktop");
  expect({ exitCode, touched }).toEqual({ exitCode: 1, touched: false });
});

test("an unknown option is refused", async () => {
  const { stderr, exitCode } = await provision({}, "--everything");
  expect(stderr).toContain('Unknown option "--everything"');
  expect(exitCode).toBe(2);
});

test("every part is a script that bash can read", async () => {
  const names = await readdir(folder, { recursive: true });
  const scripts = names.filter((name) => name.endsWith(".sh")).map((name) => `${folder}${name}`);
  expect(scripts.length).toBeGreaterThan(8);
  for (const script of scripts)
    expect((await execa("bash", ["-n", script], { reject: false })).stderr).toBe("");
});
