import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { copyRoleFolders, projectCommandsDir } from "../../../cli/host/role-folder-copies.ts";
import { readRoleFolders } from "../../../cli/host/role-folders.ts";
import { parseMakefile, summaryOfScript } from "../../../cli/host/role-scripts.ts";
import { listProjectCommands } from "../../../agents/shell/project-commands.ts";
import { makeScratch } from "../../support/scratch.ts";

async function write(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

test("commands come from all three kinds of folders, the first of a name counts", async () => {
  await using scratch = await makeScratch();
  const root = scratch.dir;
  await write(root, {
    "developer/scripts/greet.sh": "#!/bin/sh\n# Greets people.\necho hi\n",
    "developer/Makefile": "lint: ## check the style\n\ttrue\nquiet:\n\ttrue\n",
    "ssh-developer/scripts/greet": "#!/bin/sh\necho other\n",
    "infra/ssh-developer/scripts/seed-data.py": "#!/usr/bin/env python3\nprint()\n",
    "ssh-manager/scripts/report": "#!/bin/sh\n",
    "deeper/down/ssh-developer/scripts/no": "#!/bin/sh\n",
  });
  const { commands } = await readRoleFolders(root, "developer");
  expect(commands.map(({ name, summary, kind, folder }) => [name, summary, kind, folder])).toEqual([
    ["greet", "Greets people.", "script", "0"],
    ["lint", "check the style", "make", "0"],
    ["seed-data", "a script of the project", "script", "2"],
  ]);
  expect((await readRoleFolders(root, "manager")).commands.map(({ name }) => name)).toEqual(["report"]);
  expect((await readRoleFolders(root, "monitor")).commands).toEqual([]);
});

test("links, secrets, large files and bad names stay where they are", async () => {
  await using scratch = await makeScratch();
  const root = scratch.dir;
  await write(root, {
    "developer/scripts/ok": "#!/bin/sh\n",
    "developer/scripts/-rf": "#!/bin/sh\n",
    "developer/scripts/a b": "#!/bin/sh\n",
    "developer/.env": "SECRET=1\n",
    "developer/id_ed25519": "key\n",
    "developer/scripts/large": "x".repeat(1024 * 1024 + 1),
    "outside/secret": "secret\n",
  });
  await symlink(join(root, "outside/secret"), join(root, "developer/scripts/link"));
  await symlink(join(root, "outside"), join(root, "ssh-developer"));
  const { folders, commands } = await readRoleFolders(root, "developer");
  expect(commands.map(({ name }) => name)).toEqual(["ok"]);
  expect(folders.flatMap(({ files }) => files.map(({ path }) => path)).toSorted()).toEqual([
    "scripts/-rf",
    "scripts/a b",
    "scripts/ok",
  ]);
});

test("a copy is made when something changed, readable for the shell's user, and the one before stays", async () => {
  await using scratch = await makeScratch();
  const root = scratch.dir;
  const stateDir = join(root, "dockfra");
  await write(root, { "developer/scripts/greet": "#!/bin/sh\necho one\n" });
  await chmod(join(root, "developer/scripts/greet"), 0o700);
  const place = { root, stateDir };
  const dir = projectCommandsDir(stateDir, "developer");
  expect(await copyRoleFolders("developer", place)).toBe(true);
  expect(await copyRoleFolders("developer", place)).toBe(false);
  const [first] = await listProjectCommands(dir);
  expect(first).toMatchObject({ name: "greet", kind: "script" });
  const copied = join(dir, first?.folder ?? "", first?.entry ?? "");
  expect(await readFile(copied, "utf8")).toContain("echo one");
  expect((await stat(copied)).mode & 0o777).toBe(0o755);
  expect((await stat(dirname(copied))).mode & 0o777).toBe(0o755);
  expect(await readFile(join(dir, "bin/greet"), "utf8")).toContain('dockfra-role greet "$@"');

  for (const text of ["two", "three"]) {
    await write(root, { "developer/scripts/greet": `#!/bin/sh\necho ${text}\n` });
    expect(await copyRoleFolders("developer", place)).toBe(true);
  }
  expect((await readdir(dir)).filter((name) => /^[0-9a-f]{16}$/.test(name))).toHaveLength(2);
  await write(root, { "developer/scripts/other": "#!/bin/sh\n" });
  await copyRoleFolders("developer", place);
  expect(await readdir(join(dir, "bin"))).toEqual(["greet", "other"]);
  expect(await copyRoleFolders("monitor", place)).toBe(false);
});

test("a Makefile's targets count where they say what they are for", () => {
  expect(
    parseMakefile(
      [
        "up: deps ## start it",
        "X := 1 ## no",
        ".PHONY: up ## no",
        "%.o: ## no",
        "a::= ## no",
        "up: ## again",
        "bad name: ## no",
      ].join("\n"),
    ),
  ).toEqual([{ target: "up", help: "start it" }]);
});

test("a script is said by its first comment", () => {
  expect(summaryOfScript("#!/bin/sh\n# shellcheck shell=sh\n\n# Does\u001b[2J it.\n")).toBe("Does [2J it.");
  expect(summaryOfScript("#!/usr/bin/env node\n// Runs.\n")).toBe("Runs.");
  expect(summaryOfScript("echo\n# late\n")).toBe("a script of the project");
});
