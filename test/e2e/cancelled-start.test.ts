import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { makeScratch } from "../support/scratch.ts";

const dockfra = join(import.meta.dirname, "../../bin/dockfra");

test.each(["", "--detach"])("Ctrl-C before everything is ready ends the start: up %s", async (flag) => {
  await using scratch = await makeScratch();
  await scratch.write("app/compose.yml", "services: {}\n");
  const root = scratch.path("app");
  const lock = join(root, "dockfra", "lock");
  const env = { XDG_STATE_HOME: scratch.path("state"), NO_COLOR: "1", WIZARD_PORT: "0" };
  const run = execa(dockfra, ["up", "--root", root, ...(flag === "" ? [] : [flag])], {
    env,
    reject: false,
    stdin: "ignore",
    timeout: 60_000,
  });
  for (let tries = 0; tries < 400 && !existsSync(lock); tries++) await sleep(10);
  expect(existsSync(lock)).toBe(true);
  const startMs = Date.now();
  run.kill("SIGINT");
  const { exitCode, stderr } = await run;
  expect(stderr).toContain("The start was cancelled");
  expect(exitCode).toBe(130);
  expect(Date.now() - startMs).toBeLessThan(15_000);
  expect(existsSync(lock)).toBe(false);
});
