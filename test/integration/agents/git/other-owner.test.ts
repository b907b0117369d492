import { execa } from "execa";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { writeTrust } from "../../../../agents/git/trust.ts";
import { createUserRepo } from "../../../agents/user-repo.ts";
import { makeScratch } from "../../../support/scratch.ts";

afterEach(() => {
  delete process.env["DOCKFRA_GIT_CONFIG"];
});

describe.skipIf(process.getuid?.() !== 0)("a repository of another user", () => {
  it("is read where it is named, and only there", async () => {
    await using user = await createUserRepo({ "a.txt": "a\n" });
    await using scratch = await makeScratch();
    await execa("chown", ["-R", "61999:61999", "--", user.dir]);
    await expect(user.open()).rejects.toMatchObject({ code: "repository_not_ours" });
    const config = scratch.path("gitconfig");
    await writeTrust(config, ["/elsewhere"]);
    process.env["DOCKFRA_GIT_CONFIG"] = config;
    await expect(user.open()).rejects.toMatchObject({ code: "repository_not_ours" });
    await writeTrust(config, [join(user.dir, ".git"), user.dir]);
    expect((await user.open()).base.branch).toBe("main");
  });
});

it("quotes what a path may hold", async () => {
  await using scratch = await makeScratch();
  const path = scratch.path("gitconfig");
  await writeTrust(path, ['/a "b" \\c\td'], ["/home/x/.gitconfig"]);
  const { stdout } = await execa("git", ["config", "--file", path, "--null", "--get-all", "safe.directory"]);
  expect(stdout).toBe('/a "b" \\c\td\0');
  expect(await readFile(path, "utf8")).toMatch(/^\[include\]\n\tpath = "\/home\/x\/\.gitconfig"\n/);
});
