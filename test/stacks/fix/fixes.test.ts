import { chmod, link, mkdir, readFile, stat, symlink } from "node:fs/promises";
import { parse } from "yaml";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readRecord, writeRecord, requireOffer } from "../../../stacks/fix/fix-record.ts";
import { applyFix, offerFix, undoFix } from "../../../stacks/fix/fixes.ts";
import { addPatch, fixOverrideFiles, removePatch, toOverride } from "../../../stacks/fix/override-file.ts";
import type { FixOffer } from "../../../stacks/fix/plan.ts";
import { noteStep, applyStep } from "../../../stacks/fix/steps.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

let scratch: Scratch;
beforeEach(async () => {
  scratch = await makeScratch();
});
afterEach(() => scratch[Symbol.asyncDispose]());

const place = () => ({ project: "shop", dir: scratch.dir, files: [], envFiles: [] });
const options = () => ({ stateDir: scratch.path("dockfra"), by: "operator" });

function offer(steps: FixOffer["steps"]): FixOffer {
  return { code: "fix_mode", params: {}, safe: true, services: [], steps };
}

describe("a fix", () => {
  test("has the same id as long as it is the same, and is known by it alone", () => {
    const { stateDir } = options();
    const one = offerFix(stateDir, place(), offer([{ do: "directory", path: scratch.path("a") }]));
    const same = offerFix(stateDir, place(), offer([{ do: "directory", path: scratch.path("a") }]));
    const other = offerFix(stateDir, place(), offer([{ do: "directory", path: scratch.path("b") }]));
    expect(one).toEqual(same);
    expect(one).toMatchObject({ safe: true, undoable: true, code: "fix_mode" });
    expect(other.id).not.toBe(one.id);
    expect(requireOffer(stateDir, one.id).offer.steps).toHaveLength(1);
  });

  test.each(["fix-0000000000000000", "../../etc/passwd", "", "fix-1; rm -rf /"])(
    "%j was never offered",
    async (id) => {
      await expect(applyFix(id, options())).rejects.toMatchObject({ code: "fix_unknown" });
      await expect(undoFix(id, options())).rejects.toMatchObject({ code: "fix_unknown" });
    },
  );

  test("keeps the first mode for its undo, however often it is done", async () => {
    const path = await scratch.write("acme.json", "{}");
    await chmod(path, 0o644);
    const { id } = offerFix(
      options().stateDir,
      place(),
      offer([{ do: "mode", path, within: scratch.dir, mode: 0o600 }]),
    );
    await applyFix(id, options());
    await applyFix(id, options());
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await undoFix(id, options());
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    await expect(undoFix(id, options())).rejects.toMatchObject({ code: "fix_not_applied" });
  });

  test("that was cut off is taken back before it is done again", async () => {
    const { stateDir } = options();
    const path = scratch.path("made", "deep");
    const { id } = offerFix(stateDir, place(), offer([{ do: "directory", path }]));
    const plan = requireOffer(stateDir, id);
    const step = plan.offer.steps[0];
    if (!step) throw new Error("no step");
    const context = { stateDir, place: plan.place, fix: id };
    const undo = await noteStep(step, context);
    writeRecord(stateDir, { version: 1, plan, state: "begun", atMs: 1, by: "operator", undo: [undo] });
    await applyStep(step, context, undo);
    await applyFix(id, options());
    expect(readRecord(stateDir, id)).toMatchObject({ state: "applied" });
    await undoFix(id, options());
    await expect(stat(scratch.path("made"))).rejects.toThrow();
  });

  test.each(["symlink", "hard link", "link on the way"])("never goes through a %s", async (kind) => {
    const outside = await scratch.write("outside/secret", "x");
    await chmod(outside, 0o644);
    await mkdir(scratch.path("data"));
    const path =
      kind === "link on the way" ? scratch.path("data", "way", "secret") : scratch.path("data", "acme.json");
    if (kind === "symlink") await symlink(outside, path);
    if (kind === "hard link") await link(outside, path);
    if (kind === "link on the way") await symlink(scratch.path("outside"), scratch.path("data", "way"));
    const { id } = offerFix(
      options().stateDir,
      place(),
      offer([{ do: "mode", path, within: scratch.path("data"), mode: 0o600 }]),
    );
    await expect(applyFix(id, options())).rejects.toMatchObject({ code: "fix_path_moved" });
    expect((await stat(outside)).mode & 0o777).toBe(0o644);
  });

  test("writes a secret that nobody is told, and takes it out again", async () => {
    const file = await scratch.write("dockfra/.env", "# mine\nA=1\n");
    const { id } = offerFix(
      options().stateDir,
      place(),
      offer([{ do: "env", values: { DB_PASSWORD: null, A: "2" } }]),
    );
    await applyFix(id, options());
    expect(await readFile(file, "utf8")).toMatch(/^# mine\nA=2\nDB_PASSWORD=[\w-]{32}\n$/);
    await undoFix(id, options());
    expect(await readFile(file, "utf8")).toBe("# mine\nA=1\n");
  });

  test("leaves a directory alone that is not empty", async () => {
    await scratch.write("conf/there", "x");
    const { id } = offerFix(options().stateDir, place(), offer([{ do: "file", path: scratch.path("conf") }]));
    await expect(applyFix(id, options())).rejects.toMatchObject({ code: "fix_not_empty" });
  });
});

describe("the override of fixes", () => {
  const patch = (services: Record<string, Record<string, { value: unknown; replace: boolean }>>) => ({
    services,
    networks: {},
  });

  test("is a Compose file whose values are what was given", () => {
    const text = toOverride([
      patch({ "a.b": { command: { value: ["echo", "$HOME", "a: b", "'\"\n"], replace: true } } }),
      patch({ "a.b": { user: { value: null, replace: false } } }),
    ]);
    expect(text).toContain('command: !override ["echo","$$HOME"');
    expect(text).toContain("user: !reset null");
    const read: unknown = parse(text, { logLevel: "silent" });
    expect(read).toMatchObject({ services: { "a.b": { command: ["echo", "$$HOME", "a: b", "'\"\n"] } } });
  });

  test("comes and goes with its fixes, and leaves out services that are no more", async () => {
    const { stateDir } = options();
    expect(fixOverrideFiles(stateDir, "shop")).toEqual([]);
    addPatch(stateDir, "shop", {
      fix: "one",
      patch: patch({ web: { restart: { value: "always", replace: false } } }),
    });
    addPatch(stateDir, "shop", {
      fix: "two",
      patch: patch({ old: { restart: { value: "no", replace: false } } }),
    });
    const [file = ""] = fixOverrideFiles(stateDir, "shop", ["web"]);
    expect(await readFile(file, "utf8")).not.toContain("old");
    removePatch(stateDir, "shop", "one");
    removePatch(stateDir, "shop", "two");
    expect(fixOverrideFiles(stateDir, "shop")).toEqual([]);
  });
});
