import { copyFile, mkdir, readFile, symlink } from "node:fs/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { makeScratch } from "../support/scratch.ts";

const launcher = new URL("../../bin/dockfra", import.meta.url);
// What the launcher itself needs, without the Node of this machine.
const toolsOnly = ["dirname", "readlink", "sed"];

async function makeHome() {
  const scratch = await makeScratch();
  await mkdir(scratch.path("home/bin"), { recursive: true });
  await copyFile(launcher, scratch.path("home/bin/dockfra"));
  await scratch.write(
    "home/cli/main.ts",
    "const args: string[] = process.argv.slice(2);\nconsole.log(args, process.env.NODE_COMPILE_CACHE);\n",
  );
  for (const name of toolsOnly)
    await scratch.program(`tools/${name}`, `PATH=/usr/bin:/bin exec ${name} "$@"`);
  const env = { PATH: scratch.path("tools"), HOME: scratch.path("user") };
  const run = (file: string, ...args: readonly string[]) =>
    execa(scratch.path(file), args, { env, extendEnv: false, reject: false });
  const installNode = async () => {
    await mkdir(scratch.path("home/node_modules/.bin"), { recursive: true });
    await symlink(process.execPath, scratch.path("home/node_modules/.bin/node"));
  };
  return { ...scratch, run, installNode };
}

test("runs the program with its own Node, arguments as they are, and a cache of the user's", async () => {
  await using home = await makeHome();
  await home.installNode();
  const { stdout, exitCode } = await home.run("home/bin/dockfra", "up", "--root", "a b; c");
  expect(stdout).toBe(`[ 'up', '--root', 'a b; c' ] ${home.path("user/.cache/dockfra/compile")}`);
  expect(exitCode).toBe(0);
});

test("follows links, absolute and relative ones", async () => {
  await using home = await makeHome();
  await home.installNode();
  await symlink(home.path("home/bin/dockfra"), home.path("absolute"));
  await symlink("absolute", home.path("relative"));
  const { stdout } = await home.run("relative", "status");
  expect(stdout).toContain("[ 'status' ]");
});

test("takes a Node of PATH that is new enough", async () => {
  await using home = await makeHome();
  await mkdir(home.path("home/node_modules"));
  await symlink(process.execPath, home.path("tools/node"));
  expect((await home.run("home/bin/dockfra", "status")).stdout).toContain("[ 'status' ]");
});

test.each([
  ["no Node", "", "here is none"],
  ["an old Node", "echo v20.20.2", "here is 20"],
])("with %s it says what to do", async (_name, body, fact) => {
  await using home = await makeHome();
  if (body !== "") await home.program("tools/node", body);
  const { stderr, exitCode } = await home.run("home/bin/dockfra", "status");
  expect(stderr).toContain(fact);
  expect(stderr).toContain(`make -C "${home.path("home")}" setup`);
  expect(exitCode).toBe(6);
});

test("in a clone that was never set up it says so", async () => {
  await using home = await makeHome();
  await home.write("home/package-lock.json", "{}");
  const { stderr, exitCode } = await home.run("home/bin/dockfra", "status");
  expect(stderr).toContain("not set up yet");
  expect(exitCode).toBe(6);
});

test("needs nothing but a POSIX shell", async () => {
  expect(await readFile(launcher, "utf8")).toMatch(/^#!\/bin\/sh\n/);
});
