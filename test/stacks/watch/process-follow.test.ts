import { appendFile, mkdir, rename, writeFile } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { InstanceLog, readLog, splitTime } from "../../../stacks/targets/process/instance-log.ts";
import { ProcessFollow } from "../../../stacks/watch/process-follow.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

const stampOf = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, "0")}.000`;
const line = (second: number, text: string): string => `${stampOf(second)}Z\t${text}\n`;

async function open(scratch: Scratch, since?: string): Promise<ProcessFollow> {
  await mkdir(scratch.path("logs"), { recursive: true });
  return new ProcessFollow({
    ...{ dir: scratch.path("logs"), service: "app", capacity: 1_000_000 },
    ...(since === undefined ? {} : { since }),
  });
}

const textsOf = ({ ring }: ProcessFollow): string[] =>
  Array.from({ length: ring.nextSeq - ring.firstSeq }, (_, at) => ring.at(ring.firstSeq + at)?.text ?? "");

test("lines of a process carry their time in the file, and nowhere else", async () => {
  await using scratch = await makeScratch();
  const log = new InstanceLog(scratch.dir, 1);
  const out = new PassThrough();
  log.follow(out);
  out.end("one\ntwo");
  await expect.poll(() => readLog(scratch.dir, 1, 10)).toEqual(["one", "two"]);
  const follow = new ProcessFollow({ dir: scratch.dir, service: "app", capacity: 1_000 });
  expect(follow.ring.at(0)).toMatchObject({ text: "one", service: "app" });
  expect(Date.parse(follow.ring.at(0)?.stamp ?? "")).toBeGreaterThan(Date.now() - 60_000);
  expect(splitTime("2026-01-01T00:00:00.000Z of its own")).toEqual({
    stamp: "",
    text: "2026-01-01T00:00:00.000Z of its own",
  });
});

test("deployments are one log in order of time, and half a line waits for its end", async () => {
  await using scratch = await makeScratch();
  await scratch.write("logs/9.log", line(1, "old") + line(3, "old ends"));
  await scratch.write("logs/10.log", line(2, "new"));
  const follow = await open(scratch);
  expect(textsOf(follow)).toEqual(["old", "new", "old ends"]);
  await appendFile(scratch.path("logs", "10.log"), line(4, "whole") + line(5, "ha").trimEnd());
  await follow.waitForNews(5_000);
  expect(textsOf(follow)).toEqual(["old", "new", "old ends", "whole"]);
  await appendFile(scratch.path("logs", "10.log"), "lf\n");
  await follow.waitForNews(5_000);
  expect(textsOf(follow).at(-1)).toBe("half");
  expect(textsOf(await open(scratch, `${stampOf(3)}000000Z`))).toEqual(["whole", "half"]);
  expect(textsOf(await open(scratch, `${stampOf(9)}000000Z`))).toEqual([]);
});

test("a file that is begun anew is read to its end first, and what is lost is told", async () => {
  await using scratch = await makeScratch();
  const file = await scratch.write("logs/1.log", line(1, "a"));
  const follow = await open(scratch);
  await appendFile(file, line(2, "b"));
  await rename(file, `${file}.1`);
  await writeFile(file, line(3, "c"));
  follow.look();
  expect(textsOf(follow)).toEqual(["a", "b", "c"]);
  await rename(file, `${file}.0`);
  await writeFile(file, line(5, "e"));
  await writeFile(`${file}.1`, line(4, "d"));
  follow.look();
  expect(textsOf(follow)).toEqual(["a", "b", "c", expect.stringContaining("are gone") as string, "d", "e"]);
});

test("nothing there, or a closed one, ends the wait", async () => {
  await using scratch = await makeScratch();
  const follow = new ProcessFollow({ dir: scratch.path("none"), service: "app", capacity: 1_000 });
  await follow.waitForNews(1);
  const waiting = follow.waitForNews(60_000);
  follow.close();
  await waiting;
  expect(follow.ring.nextSeq).toBe(0);
});
