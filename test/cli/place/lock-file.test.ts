import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { takeLock } from "../../../cli/place/lock-file.ts";
import { ownIdentity } from "../../../cli/place/installation.ts";
import { makeScratch } from "../../support/scratch.ts";

interface Holder {
  readonly pid: number;
  readonly startedAt: string;
  readonly name: string;
}
const parse = (text: string): Holder | undefined => {
  try {
    return JSON.parse(text) as Holder;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};
const holder = (name: string): Holder => ({ ...ownIdentity(), name });
const dead: Holder = { pid: 999_999_99, startedAt: "1", name: "dead" };

test("the first one has it, the second is told who", async () => {
  await using scratch = await makeScratch();
  const path = scratch.path("lock");
  expect(await takeLock(path, holder("a"), parse)).toMatchObject({ taken: true, left: undefined });
  expect(await takeLock(path, holder("b"), parse)).toMatchObject({ taken: false, holder: { name: "a" } });
});

test("what a dead holder left is handed over", async () => {
  await using scratch = await makeScratch();
  const path = await scratch.write("lock", JSON.stringify(dead));
  expect(await takeLock(path, holder("b"), parse)).toMatchObject({ taken: true, left: { name: "dead" } });
  expect(parse(await readFile(path, "utf8"))).toMatchObject({ name: "b" });
});

test("a pid that another process has by now holds nothing", async () => {
  await using scratch = await makeScratch();
  const path = await scratch.write("lock", JSON.stringify({ ...holder("old"), startedAt: "0" }));
  expect(await takeLock(path, holder("b"), parse)).toMatchObject({ taken: true, left: { name: "old" } });
});

test.each(["", "{", "null"])("a file that holds %j is no holder", async (text) => {
  await using scratch = await makeScratch();
  const path = await scratch.write("lock", text);
  expect(await takeLock(path, holder("b"), (raw) => parse(raw) ?? undefined)).toMatchObject({ taken: true });
});

test("of many at once over a dead holder's lock, one gets it", async () => {
  await using scratch = await makeScratch();
  const path = await scratch.write("lock", JSON.stringify(dead));
  const attempts = await Promise.all(
    Array.from({ length: 20 }, (_, n) => takeLock(path, holder(`h${n}`), parse)),
  );
  expect(attempts.filter(({ taken }) => taken)).toHaveLength(1);
  expect(await readdir(scratch.dir)).toEqual(["lock"]);
});

test("of many processes at once, time after time, never two have it", { timeout: 60_000 }, async () => {
  await using scratch = await makeScratch();
  const path = scratch.path("lock");
  const module = join(import.meta.dirname, "../../../cli/place");
  const code = await scratch.write(
    "rival.mts",
    `import { takeLock } from "${module}/lock-file.ts";
import { ownIdentity } from "${module}/installation.ts";
const attempt = await takeLock(process.argv[2] ?? "", ownIdentity(), (text) => JSON.parse(text));
console.log(attempt.taken ? "taken" : "refused");
// a winner dies without a release while the others still try
if (attempt.taken) setTimeout(() => process.kill(process.pid, "SIGKILL"), 300); else process.exit(0);
`,
  );
  for (let round = 0; round < 3; round++) {
    const runs = Array.from({ length: 6 }, () =>
      execa(process.execPath, [code, path], { reject: false, stdin: "ignore" }),
    );
    const answers = (await Promise.all(runs)).map(({ stdout, stderr }) => `${stdout}${stderr}`);
    expect(answers.filter((answer) => answer === "taken").length).toBeGreaterThanOrEqual(1);
    expect(answers.every((answer) => answer === "taken" || answer === "refused")).toBe(true);
    expect((await readdir(scratch.dir)).filter((name) => name.startsWith("lock"))).toEqual(["lock"]);
  }
});

test("a successor that died while it took over does not keep the next one out", async () => {
  await using scratch = await makeScratch();
  const path = await scratch.write("lock", JSON.stringify(dead));
  await scratch.write(
    `lock.after-${dead.pid}-1`,
    JSON.stringify({ ...dead, startedAt: "2", name: "dead heir" }),
  );
  expect(await takeLock(path, holder("b"), parse)).toMatchObject({ taken: true, left: { name: "dead" } });
  expect(await readdir(scratch.dir)).toEqual(["lock"]);
});

test("an update is whole, a release takes the file away", async () => {
  await using scratch = await makeScratch();
  const path = scratch.path("lock");
  const attempt = await takeLock(path, holder("a"), parse);
  if (!attempt.taken) throw new Error("not taken");
  await attempt.lock.update(holder("a2"));
  expect(parse(await readFile(path, "utf8"))).toMatchObject({ name: "a2" });
  await attempt.lock.release();
  expect(await readdir(scratch.dir)).toEqual([]);
  await writeFile(path, "");
  await attempt.lock.release();
});
