import { chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { keepSshd } from "../../../agents/container/sshd-keeper.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

/** Stands for sshd: notes its pid at each start and each hang-up, then waits. */
const program = (log: string): string => `#!${process.execPath}
const { appendFileSync } = require("node:fs");
const note = (what) => appendFileSync(${JSON.stringify(log)}, what + " " + process.pid + "\\n");
process.on("SIGHUP", () => note("hup"));
note("start");
setInterval(() => undefined, 1000);
`;

let scratch: Scratch;
let dir: string;
let place: { roleDir: string; sshDir: string; sshdConfig: string };
let life: AbortController;
let keeping: Promise<void>;
let told: { code: string; how: unknown }[];

const notes = async (): Promise<string[]> =>
  (await readFile(join(dir, "notes"), "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
const pids = async (): Promise<number[]> =>
  (await notes()).filter((line) => line.startsWith("start")).map((line) => Number(line.split(" ")[1]));
const put = (name: string, text: string): Promise<void> => writeFile(join(place.roleDir, "ssh", name), text);

beforeEach(async () => {
  scratch = await makeScratch();
  dir = scratch.dir;
  place = { roleDir: join(dir, "role"), sshDir: join(dir, "ssh"), sshdConfig: join(dir, "config") };
  await mkdir(join(place.roleDir, "ssh"), { recursive: true });
  const sshd = join(dir, "sshd.cjs");
  await writeFile(sshd, program(join(dir, "notes")));
  await chmod(sshd, 0o755);
  life = new AbortController();
  told = [];
  await put("host_ed25519", "host key 1");
  await put("authorized_keys", "key 1");
  keeping = keepSshd({
    place,
    sshd,
    asShell: (argv) => argv,
    tell: (code, { how }) => told.push({ code, how }),
    log: silentLogger,
    signal: life.signal,
  });
  await vi.waitUntil(async () => (await notes()).length === 1, { timeout: 10_000 });
});
afterEach(async () => {
  life.abort();
  await keeping;
  await scratch[Symbol.asyncDispose]();
});

it("hands the files over before sshd starts, for its user alone", async () => {
  expect(await readFile(join(place.sshDir, "authorized_keys"), "utf8")).toBe("key 1");
  expect((await stat(join(place.sshDir, "host_ed25519"))).mode & 0o777).toBe(0o600);
  expect((await stat(place.sshDir)).mode & 0o777).toBe(0o700);
});

it("starts a killed sshd again, and says so", async () => {
  const [first = 0] = await pids();
  process.kill(first, "SIGKILL");
  await expect.poll(pids, { timeout: 10_000 }).toHaveLength(2);
  expect(told).toEqual([{ code: "sshd_restarted", how: "killed by SIGKILL" }]);
});

it("hands over new keys while sshd runs, and hangs up only for a new host key", async () => {
  await put("authorized_keys", "key 2");
  await put("id_ed25519_developer", "a key of its own");
  await expect
    .poll(() => readFile(join(place.sshDir, "id_ed25519_developer"), "utf8").catch(() => ""), {
      timeout: 10_000,
    })
    .toMatch(/own/);
  expect(await readFile(join(place.sshDir, "authorized_keys"), "utf8")).toBe("key 2");
  expect(await notes()).toHaveLength(1);
  await rm(join(place.roleDir, "ssh", "id_ed25519_developer"));
  await put("host_ed25519", "host key 2");
  const [pid] = await pids();
  await expect.poll(notes, { timeout: 10_000 }).toContain(`hup ${pid}`);
  await expect
    .poll(() => stat(join(place.sshDir, "id_ed25519_developer")).catch(() => "gone"), { timeout: 10_000 })
    .toBe("gone");
  expect(await pids()).toHaveLength(1);
});

it("ends sshd with the agent", async () => {
  const [pid = 0] = await pids();
  life.abort();
  await keeping;
  expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
});
