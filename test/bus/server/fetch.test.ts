import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { ensureNatsServer, natsSources } from "../../../bus/server/fetch.ts";
import type { NatsSource } from "../../../bus/server/source.ts";
import { makeScratch } from "../../support/scratch.ts";

/** Leaves a program that answers `--version` with this line. */
async function leaveProgram(dir: string, answer: string): Promise<void> {
  await writeFile(join(dir, "nats-server"), `#!/bin/sh\nprintf '%s\\n' '${answer}'\n`, { mode: 0o755 });
}

function gives(name: string, version: string): NatsSource {
  return { name, fetch: ({ dir }) => leaveProgram(dir, `nats-server: v${version}`) };
}

function fails(name: string, reason: string): NatsSource {
  return { name, fetch: () => Promise.reject(new Error(reason)) };
}

async function makeBareMachine() {
  const scratch = await makeScratch();
  return { ...scratch, env: { PATH: "", XDG_CACHE_HOME: scratch.dir }, cache: join(scratch.dir, "dockfra") };
}

test("the release comes first, then the package, then the image", () => {
  expect(natsSources.map(({ name }) => name)).toEqual([
    "release archive",
    "Debian package",
    "container image",
  ]);
});

test("the first source that works fills the cache, and is not asked again", async () => {
  await using machine = await makeBareMachine();
  const { env, cache } = machine;
  const lines: string[] = [];
  const server = await ensureNatsServer({
    env,
    sources: [fails("mirror", "no answer"), gives("package", "2.15.1"), fails("image", "never asked")],
    onProgress: ({ text }) => lines.push(text),
  });
  expect(server).toEqual({ path: join(cache, "nats-server-2.15.1", "nats-server"), version: "2.15.1" });
  expect(lines).toEqual(["mirror: no answer"]);
  expect(await ensureNatsServer({ env, sources: [] })).toEqual(server);
  expect(await readdir(cache)).toEqual(["nats-server-2.15.1"]);
});

test("several at once end with the same server", async () => {
  await using machine = await makeBareMachine();
  const options = { env: machine.env, sources: [gives("package", "2.14.5")] };
  const servers = await Promise.all([1, 2, 3].map(() => ensureNatsServer(options)));
  expect(new Set(servers.map(({ path }) => path)).size).toBe(1);
  expect(await readdir(machine.cache)).toEqual(["nats-server-2.14.5"]);
});

test("with no source left, the error has every reason and leaves nothing behind", async () => {
  await using machine = await makeBareMachine();
  const sources = [fails("mirror", "no answer"), fails("image", "no engine")];
  await expect(ensureNatsServer({ env: machine.env, sources })).rejects.toMatchObject({
    code: "nats_server_missing",
    kind: "unavailable",
    params: { reasons: "mirror: no answer; image: no engine" },
  });
  expect(await readdir(machine.cache)).toEqual([]);
});

test("only an old one to be had is said to be too old", async () => {
  await using machine = await makeBareMachine();
  const attempt = ensureNatsServer({ env: machine.env, sources: [gives("package", "2.9.10")] });
  await expect(attempt).rejects.toMatchObject({ code: "nats_server_too_old", params: { version: "2.9.10" } });
});

test("a program that does not run here is no server", async () => {
  await using machine = await makeBareMachine();
  const broken: NatsSource = { name: "broken", fetch: ({ dir }) => leaveProgram(dir, "something else") };
  await expect(ensureNatsServer({ env: machine.env, sources: [broken] })).rejects.toMatchObject({
    code: "nats_server_missing",
    params: { reasons: "broken: what was fetched does not run on this machine" },
  });
});

test("a cancelled fetch is not followed by another source", async () => {
  await using machine = await makeBareMachine();
  const controller = new AbortController();
  const reason = new Error("stopped");
  const cancels: NatsSource = {
    name: "cancels",
    fetch: () => {
      controller.abort(reason);
      return Promise.reject(new Error("cut"));
    },
  };
  const sources = [cancels, gives("package", "2.15.1")];
  await expect(ensureNatsServer({ env: machine.env, sources, signal: controller.signal })).rejects.toBe(
    reason,
  );
});

test("a program that fails is told by its last word, not by its command line", async () => {
  await using machine = await makeBareMachine();
  const script = 'process.stderr.write("W: old\\nE: no packages found\\n"); process.exit(100)';
  const run = async (code: string): Promise<void> => void (await execa(process.execPath, ["-e", code]));
  const sources = [
    { name: "package", fetch: () => run(script) },
    { name: "image", fetch: () => run("process.exit(3)") },
  ];
  const lines: string[] = [];
  const onProgress = ({ text }: { text: string }) => lines.push(text);
  await expect(ensureNatsServer({ env: machine.env, sources, onProgress })).rejects.toThrow();
  expect(lines).toEqual([
    `package: ${process.execPath}: E: no packages found`,
    `image: ${process.execPath} exited with 3`,
  ]);
});
