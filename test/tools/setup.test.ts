import { copyFile, mkdir } from "node:fs/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { makeScratch } from "../support/scratch.ts";

const repository = new URL("../../", import.meta.url);

async function makeClone() {
  const scratch = await makeScratch();
  await mkdir(scratch.path("tools"));
  for (const name of ["tools/setup.sh", "package.json", "package-lock.json", ".npmrc"]) {
    await copyFile(new URL(name, repository), scratch.path(name));
  }
  for (const name of ["dirname", "cat", "cksum"])
    await scratch.program(`bin/${name}`, `PATH=/usr/bin:/bin exec ${name} "$@"`);
  const run = (env: Record<string, string>) =>
    execa(scratch.path("tools/setup.sh"), {
      env: { HOME: scratch.path("user"), ...env },
      extendEnv: false,
      reject: false,
    });
  return { ...scratch, run };
}

test("without Node it says what to install", async () => {
  await using clone = await makeClone();
  const { stderr, exitCode } = await clone.run({ PATH: clone.path("bin") });
  expect(stderr).toContain("Node is missing. Install Node 20 or newer");
  expect(exitCode).toBe(1);
});

test(
  "with a registry that cannot be reached it says so, and leaves no stamp",
  { timeout: 60_000 },
  async () => {
    await using clone = await makeClone();
    const { stderr, exitCode } = await clone.run({
      PATH: process.env["PATH"] ?? "",
      npm_config_registry: "http://127.0.0.1:9/",
      npm_config_cache: clone.path("npm-cache"),
    });
    expect(stderr).toContain("The npm registry cannot be reached. Connect to the internet");
    expect(exitCode).toBe(1);
  },
);

test("with the stamp of this lockfile it goes on without npm", async () => {
  await using clone = await makeClone();
  await clone.program("node_modules/.bin/node", 'echo "node $*"');
  const { stdout: sum } = await execa("cksum", {
    input: await joined(clone.path("package-lock.json"), clone.path(".npmrc")),
  });
  await clone.write("node_modules/.dockfra-setup", `${sum}\n`);
  const { stdout, stderr } = await clone.run({ PATH: clone.path("bin") });
  expect(stdout).toContain("tools/nats-server.ts");
  expect(stderr).toBe("");
});

async function joined(...files: readonly string[]): Promise<string> {
  return (await execa("cat", files, { stripFinalNewline: false })).stdout;
}
