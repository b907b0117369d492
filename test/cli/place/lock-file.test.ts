import { readdir, readFile, writeFile } from "node:fs/promises";
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
