import { execa } from "execa";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { cloneApp } from "../../../cli/containers/clone-app.ts";
import { findVirtualDeveloper, withoutSecret } from "../../../agents/git/app-source.ts";
import { createScreen } from "../../../terminal/screen.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

const quiet = { write: () => true };
const clone = (scratch: Scratch) =>
  cloneApp({
    options: { root: scratch.path("root"), json: true },
    screen: createScreen({ json: true, out: quiet, err: quiet }),
    signal: new AbortController().signal,
  });

async function makeSource(): Promise<Scratch> {
  const scratch = await makeScratch();
  await scratch.write("source/hello.txt", "hello\n");
  const git = (...args: readonly string[]) => execa("git", ["-C", scratch.path("source"), ...args]);
  await git("init", "--quiet", "--initial-branch", "work");
  await git("add", "-A");
  await git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "one");
  await scratch.write("root/dockfra/.env", `GIT_REPO_URL=${scratch.path("source")}\nGIT_BRANCH=work\n`);
  return scratch;
}

test("an address without an app folder is a virtual developer, whose code is cloned once", async () => {
  await using scratch = await makeSource();
  const root = scratch.path("root");
  expect(await findVirtualDeveloper(root, scratch.path("root/dockfra"))).toMatchObject({ branch: "work" });
  await clone(scratch);
  expect(await readFile(scratch.path("root/app/hello.txt"), "utf8")).toBe("hello\n");
  expect(await findVirtualDeveloper(root, scratch.path("root/dockfra"))).toBeUndefined();
  await expect(clone(scratch)).rejects.toMatchObject({ code: "app_exists" });
});

test("a branch that is not there leaves nothing behind", async () => {
  await using scratch = await makeSource();
  await scratch.write("root/dockfra/.env", `GIT_REPO_URL=${scratch.path("source")}\nGIT_BRANCH=none\n`);
  await expect(clone(scratch)).rejects.toMatchObject({ code: "clone_failed" });
  expect(await findVirtualDeveloper(scratch.path("root"), scratch.path("root/dockfra"))).toBeDefined();
});

test.each([
  ["", "main", "app_source_missing"],
  ["--upload-pack=touch /tmp/x", "main", "app_source_invalid"],
  ["ext::sh -c id", "main", "app_source_invalid"],
  ["https://example.org/a.git", "--config=x", "app_source_invalid"],
  ["https://example.org/a.git", "a..b", "app_source_invalid"],
])("%s at %s is refused", async (url, branch, code) => {
  await using scratch = await makeScratch();
  await scratch.write("root/dockfra/.env", `GIT_REPO_URL="${url}"\nGIT_BRANCH="${branch}"\n`);
  await expect(clone(scratch)).rejects.toMatchObject({ code });
});

test("a password in an address is never shown", () => {
  expect(withoutSecret("https://me:secret@example.org/a.git")).toBe("https://example.org/a.git");
  expect(withoutSecret("git@example.org:a.git")).toBe("git@example.org:a.git");
});
