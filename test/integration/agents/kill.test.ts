import { mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { createUserRepo } from "../../agents/user-repo.ts";

const program = join(import.meta.dirname, "kill-program.ts");
const seed = Number(process.env["DOCKFRA_SEED"] ?? 7);

/** Numbers between 0 and 1 that are the same for the same seed. */
function createRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

test("a developer that is killed again and again makes one commit and one merge in the end", async () => {
  await using user = await createUserRepo({
    "hello.txt": "hello\n",
    "dockfra.yaml": "test: [sleep, '0.2']\n",
  });
  const command = "ticket.T-0001.4.0";
  const random = createRandom(seed);
  const whole = performance.now();
  const dry = await createUserRepo({ "hello.txt": "hello\n", "dockfra.yaml": "test: [sleep, '0.2']\n" });
  await execa(process.execPath, [program, dry.top, command]);
  await dry[Symbol.asyncDispose]();
  const tookMs = performance.now() - whole;

  for (let round = 0; round < 12; round++) {
    const child = execa(process.execPath, [program, user.top, command], { reject: false, detached: true });
    await sleep(tookMs * (0.2 + 0.8 * random()));
    if (child.pid !== undefined) {
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch (error) {
        expect(error).toMatchObject({ code: "ESRCH" });
      }
    }
    await child;
  }
  const last = await execa(process.execPath, [program, user.top, command]);

  const { work, merged } = JSON.parse(last.stdout) as { work: string; merged: string };
  expect(merged).toBe(work);
  const inExchange = (...args: string[]): Promise<string> => user.git("--git-dir", user.exchange, ...args);
  expect(await inExchange("rev-parse", "main", "dockfra/T-0001", "dockfra/candidate/T-0001")).toBe(
    [work, work, work].join("\n"),
  );
  expect(await inExchange("log", "--all", "--format=%H", "--grep", `Dockfra-Command: ${command}`)).toBe(work);
  expect(await inExchange("rev-list", "--count", "main")).toBe("2");
  expect(await inExchange("fsck", "--no-dangling")).toBe("");
});

test("a lock that a killed git left in the exchange is broken once it is old", async () => {
  await using user = await createUserRepo({ "hello.txt": "hello\n" });
  await user.open();
  const lock = join(user.exchange, "refs/heads/dockfra/T-0001.lock");
  await mkdir(join(lock, ".."), { recursive: true });
  await writeFile(lock, "");
  const old = new Date(Date.now() - 60_000);
  await utimes(lock, old, old);
  const done = await execa(process.execPath, [program, user.top, "ticket.T-0001.4.0"]);
  expect(JSON.parse(done.stdout)).toMatchObject({ work: expect.stringMatching(/^[0-9a-f]{40}$/) as string });
});

test("a clone that was damaged is made anew", async () => {
  await using user = await createUserRepo({ "hello.txt": "hello\n" });
  const { git } = await user.open("developer-1");
  const tip = await user.git("rev-parse", "HEAD");
  await writeFile(join(git.gitDir, "refs/dockfra/user/base"), "");
  const object = join(git.gitDir, "objects", tip.slice(0, 2), tip.slice(2));
  await rm(object);
  await writeFile(object, "garbage");
  expect((await user.open("developer-1")).base.commit).toBe(tip);
});
