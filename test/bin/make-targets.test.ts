import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";

const home = join(import.meta.dirname, "../..");

async function dryRun(target: string, ...variables: readonly string[]): Promise<string> {
  const { stdout } = await execa("make", ["--dry-run", "--no-print-directory", target, ...variables], {
    cwd: home,
    env: { ROOT: undefined, ENVIRONMENT: undefined },
  });
  return stdout.split("\n").at(-1) ?? "";
}

test.each([
  ["init", "init"],
  ["up", "up --detach"],
  ["up-prod", "up --detach --environment production"],
  ["down", "down --stacks"],
  ["stop", "stop"],
  ["ps", "ps"],
  ["clone-app", "clone-app"],
  ["ssh-developer", "ssh developer"],
  ["ssh-manager", "ssh manager"],
  ["ssh-monitor", "ssh monitor"],
  ["ssh-autopilot", "ssh autopilot"],
  ["setup-all", "setup all"],
  ["setup-github", "setup github"],
  ["setup-llm", "setup llm"],
  ["setup-dev-tools", "setup dev-tools"],
  ["up-devices", "devices up"],
  ["deploy-rpi3", "deploy rpi3"],
  ["logs", "logs"],
])("make %s is dockfra %s", async (target, words) => {
  const line = (await dryRun(target)).trim().replaceAll(/\s+/g, " ");
  expect(line).toBe(`bin/dockfra ${words}`);
  const help = await execa(join(home, "bin/dockfra"), [words.split(" ")[0] ?? "", "--help"]);
  expect(help.stdout).toContain("Usage: dockfra");
});

test("a project and an environment are passed on", async () => {
  const line = await dryRun("up", "ROOT=/my shop", "ENVIRONMENT=staging");
  expect(line.trim().replaceAll(/\s+/g, " ")).toBe(
    'bin/dockfra --root "/my shop" up --detach --environment "staging"',
  );
});
