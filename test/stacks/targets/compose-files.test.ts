import { mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { linkEnvFiles, stackDir } from "../../../stacks/targets/compose/compose-files.ts";

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "dockfra-files-")));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const write = (path: string, text = ""): string => {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
  return join(root, path);
};

describe("stackDir", () => {
  it("stays in the tree, also through links", () => {
    mkdirSync(join(root, "tree", "app"), { recursive: true });
    symlinkSync("/etc", join(root, "tree", "out"));
    expect(stackDir(join(root, "tree"), "app")).toBe(join(root, "tree", "app"));
    for (const dir of ["..", "out", "none"])
      expect(() => stackDir(join(root, "tree"), dir)).toThrow(
        expect.objectContaining({ code: "release_missing" }),
      );
  });
});

describe("linkEnvFiles", () => {
  it("links what git does not carry, and nothing else", () => {
    const own = join(root, "own");
    const tree = join(root, "tree");
    for (const name of ["odd.env", "secret.env", "conf/deep.env", "tracked.env", "outside.env"])
      write(`own/${name}`, `own ${name}`);
    write("outside.env", "outside");
    write("tree/tracked.env", "tracked");
    const file = write(
      "tree/compose.yaml",
      "services: {a: {env_file: secret.env}, b: {env_file: [tracked.env, {path: conf/deep.env, required: false}, ../outside.env, /etc/hosts, none.env, '${X}.env']}, c: null, __proto__: {env_file: odd.env}}",
    );
    linkEnvFiles([file], tree, own);
    expect(readlinkSync(join(tree, "odd.env"))).toBe(join(own, "odd.env"));
    expect(readlinkSync(join(tree, "secret.env"))).toBe(join(own, "secret.env"));
    expect(readFileSync(join(tree, "conf/deep.env"), "utf8")).toBe("own conf/deep.env");
    expect(readFileSync(join(tree, "tracked.env"), "utf8")).toBe("tracked");
    expect(() => readlinkSync(join(tree, "none.env"))).toThrow("ENOENT");
    linkEnvFiles([file], tree, own);
  });
});
