import { chmod, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createCloneApp } from "../../../agents/monitor/jobs/clone-action.ts";
import { createFix, createUndo } from "../../../agents/monitor/jobs/fix-actions.ts";
import type { ActionKind, ActionOf, JobParts, JobRun } from "../../../agents/monitor/jobs/actions.ts";
import { createLogger } from "../../../bus/kernel/log.ts";
import { createMemoryBus, type MemoryBus } from "../../../bus/memory/bus.ts";
import type { FileChange } from "../../../bus/messages/host-work.ts";
import { createAppClone } from "../../../cli/host/app-clone.ts";
import { serveMachine } from "../../../cli/host/machine.ts";
import { offerFix } from "../../../stacks/fix/fixes.ts";
import { isThere } from "../../../agents/git/repositories.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

let scratch: Scratch;
let bus: MemoryBus;
let end: AbortController;
let serving: Promise<void>;
const root = (...parts: string[]): string => scratch.path("root", ...parts);

beforeEach(async () => {
  scratch = await makeScratch();
  bus = createMemoryBus();
  end = new AbortController();
  await scratch.write("root/compose.yml", "services: {}\n");
  const host = bus.worker("host", "h");
  serving = serveMachine({ bus: host, root: root(), stateDir: root("dockfra"), signal: end.signal });
});

afterEach(async () => {
  end.abort();
  await serving;
  await bus[Symbol.asyncDispose]();
  await scratch[Symbol.asyncDispose]();
});

const change = (wish: FileChange) => bus.worker("monitor", "m").question("host.files", wish);

/** The parts of a monitor that sees the project read-only. */
function contained(): JobParts {
  return {
    ...{ root: root(), stateDir: root("dockfra"), prefix: "dockfra", bus: bus.worker("monitor", "m") },
    ...{ inContainer: true, log: createLogger("test", "silent") },
  };
}

function runOf<K extends ActionKind>(
  action: ActionOf<K>,
  { id = "j1", signal = end.signal }: { readonly id?: string; readonly signal?: AbortSignal } = {},
) {
  const lines: string[] = [];
  return {
    lines,
    run: {
      ...{ id, by: "ada", action, signal, started: () => undefined, step: () => undefined },
      diagnosed: () => undefined,
      inTheWay: () => undefined,
      log: (line: string) => void lines.push(line),
    } as unknown as JobRun<K>,
  };
}

describe("the host's work on files for the monitor", () => {
  test("is modes, directories and files below the project, each with its way back", async () => {
    const file = await scratch.write("root/data/acme.json", "{}");
    await chmod(file, 0o644);
    await change({ do: "mode", path: file, within: root("data"), mode: 0o600 });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await change({ do: "make-directory", path: root("a/b/c") });
    await change({ do: "make-directory", path: root("a/b/c") });
    await expect(change({ do: "remove-directory", path: root("a") })).rejects.toMatchObject({
      code: "fix_not_empty",
    });
    await change({ do: "remove-directory", path: root("a/b/c") });
    await scratch.write("root/conf.example", "x=1\n");
    await change({ do: "make-file", path: root("a/b/conf"), example: root("conf.example") });
    expect(await readFile(root("a/b/conf"), "utf8")).toBe("x=1\n");
    await writeFile(root("a/b/conf"), "x=2\n");
    await change({ do: "make-file", path: root("a/b/conf") });
    expect(await readFile(root("a/b/conf"), "utf8")).toBe("x=2\n");
    await change({ do: "remove-file", path: root("a/b/conf") });
    expect(await isThere(root("a/b/conf"))).toBe(false);
    await expect(change({ do: "make-file", path: root("a") })).rejects.toMatchObject({
      code: "fix_not_empty",
    });
  });

  test.each([
    ["beside the project", () => scratch.path("other")],
    ["above it by dots", () => `${root()}/sub/../../other`],
    ["the project itself", () => `${root()}/sub/..`],
    ["through a link", () => root("way", "other")],
    ["in git", () => root(".git", "hooks", "pre-commit")],
    ["in git by another spelling", () => root("sub", ".GIT", "config")],
    ["in Dockfra's own directory", () => root("dockfra", "keys", "x")],
  ])("is refused %s", async (_, where) => {
    await mkdir(scratch.path("outside"));
    for (const dir of ["sub/.GIT", ".git/hooks", "dockfra/keys"]) await mkdir(root(dir), { recursive: true });
    await symlink(scratch.path("outside"), root("way"));
    const path = where();
    for (const wish of [
      { do: "make-file", path },
      { do: "make-directory", path },
      { do: "remove-file", path },
    ] as const)
      if (!(wish.do === "make-directory" && path.endsWith("..")))
        await expect(change(wish)).rejects.toMatchObject({ code: "file_change_refused" });
    for (const place of [scratch.path("other"), scratch.path("outside", "other")])
      expect(await isThere(place)).toBe(false);
  });

  test("never reads, or changes the mode of, what a link leads to", async () => {
    const secret = await scratch.write("outside/secret", "hidden");
    await chmod(secret, 0o640);
    await symlink(secret, root("conf.example"));
    await symlink(scratch.path("outside"), root("way"));
    await scratch.write("root/dockfra/.env", "A=1\n");
    for (const example of [root("conf.example"), root("way/secret"), root("dockfra/.env"), secret])
      await expect(change({ do: "make-file", path: root("conf"), example })).rejects.toMatchObject({
        code: "file_change_refused",
      });
    expect(await isThere(root("conf"))).toBe(false);
    for (const [path, within] of [
      [root("conf.example"), root()],
      [root("way/secret"), root("way")],
      [secret, "/"],
    ] as const)
      await expect(change({ do: "mode", path, within, mode: 0o777 })).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:file_change_refused|fix_path_moved)$/) as string,
      });
    expect((await stat(secret)).mode & 0o777).toBe(0o640);
  });

  test("is what a fix does from a container, and takes back", async () => {
    const empty = root("nginx.conf");
    await mkdir(empty);
    await scratch.write("root/nginx.conf.example", "events {}\n");
    const place = { project: "shop", dir: root(), files: [], envFiles: [] };
    const { id: fix } = offerFix(root("dockfra"), place, {
      ...{ code: "fix_restart", params: { service: "web" }, safe: true, services: [] },
      steps: [
        { do: "directory", path: root("data/deep") },
        { do: "file", path: empty, example: root("nginx.conf.example") },
      ],
    });
    const told = runOf<"fix">({ do: "fix", fix });
    await createFix(contained())(told.run);
    expect(told.lines[0]).toBe("Start web again …");
    expect(await readFile(empty, "utf8")).toBe("events {}\n");
    expect((await stat(root("data/deep"))).isDirectory()).toBe(true);
    await createUndo(contained())(runOf<"undo">({ do: "undo", fix }).run);
    expect((await stat(empty)).isDirectory()).toBe(true);
    expect(await isThere(root("data"))).toBe(false);
  });
});

describe("the app's code", () => {
  async function makeSource(): Promise<void> {
    await scratch.write("source/hello.txt", "hello\n");
    const git = (...args: readonly string[]) => execa("git", ["-C", scratch.path("source"), ...args]);
    await git("init", "--quiet", "--initial-branch", "work");
    await git("add", "-A");
    await git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "one");
    await scratch.write(
      "root/dockfra/.env",
      `GIT_REPO_URL=file://${scratch.path("source")}\nGIT_BRANCH=work\n`,
    );
  }

  test("is cloned by the host for a monitor in a container, with progress; a refusal comes back as it is", async () => {
    await makeSource();
    const { run, lines } = runOf<"clone-app">({ do: "clone-app" });
    expect(await createCloneApp(contained())(run)).toMatchObject({ dir: root("app"), branch: "work" });
    expect(await readFile(root("app/hello.txt"), "utf8")).toBe("hello\n");
    expect(lines[0]).toContain("Clones file://");
    expect(lines.join("\n")).toMatch(/Receiving objects: 100%/);
    const again = createCloneApp(contained())(runOf<"clone-app">({ do: "clone-app" }, { id: "j2" }).run);
    await expect(again).rejects.toMatchObject({ code: "app_exists", kind: "conflict" });
  });

  test(
    "is one clone at a time, ended where it is cancelled or nobody asks",
    { timeout: 60_000 },
    async () => {
      await makeSource();
      await scratch.write("slow/ssh", "#!/bin/sh\nexec sleep 600\n");
      await chmod(scratch.path("slow/ssh"), 0o755);
      await scratch.write("root/dockfra/.env", "GIT_REPO_URL=git@127.0.0.1:a.git\nGIT_BRANCH=work\n");
      const path = process.env["PATH"];
      process.env["PATH"] = `${scratch.path("slow")}:${path ?? ""}`;
      try {
        const stop = new AbortController();
        const { run, lines } = runOf<"clone-app">({ do: "clone-app" }, { signal: stop.signal });
        const cloning = createCloneApp(contained())(run);
        cloning.catch(() => undefined);
        await expect.poll(() => lines.length, { timeout: 20_000 }).toBeGreaterThan(0);
        await expect(
          createCloneApp(contained())(runOf<"clone-app">({ do: "clone-app" }, { id: "j2" }).run),
        ).rejects.toMatchObject({ code: "clone_at_work" });
        stop.abort();
        await expect(cloning).rejects.toMatchObject({ code: "clone_failed" });

        const place = { root: root(), stateDir: root("dockfra"), signal: end.signal };
        const clone = createAppClone({ ...place, aloneMs: 200 });
        await clone({ id: "left", after: 0 });
        // an answer that waits for news longer than nobody may ask
        await expect
          .poll(async () => (await clone({ id: "left", after: 900 })).end, { timeout: 20_000 })
          .toMatchObject({ ok: false, error: { code: "clone_failed" } });
      } finally {
        process.env["PATH"] = path;
      }
    },
  );
});
