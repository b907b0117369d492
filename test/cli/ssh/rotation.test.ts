import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ownIdentity } from "../../../cli/place/installation.ts";
import { takeLock } from "../../../cli/place/lock-file.ts";
import { ensureSshKeys, readPublicKey } from "../../../cli/ssh/keys.ts";
import { placeRoleKeys, roleSshDirOf } from "../../../cli/ssh/role-keys.ts";
import { keysOf, rotateKeys } from "../../../cli/ssh/rotation.ts";
import { makeScratch } from "../../support/scratch.ts";
import { ports, readPins } from "./places.ts";

const agentUid = process.getuid?.() ?? 0;

async function readTexts(dir: string): Promise<Map<string, string>> {
  const names = await readdir(dir);
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(dir, name), "utf8")] as const)),
  );
}

test("everything about one role is new, everything else is as it was", async () => {
  await using scratch = await makeScratch();
  const place = { stateDir: scratch.dir, prefix: "shop", ports };
  const { dir } = await ensureSshKeys(place);
  const before = await readTexts(dir);
  const { rotated, placed } = await rotateKeys("manager", place);
  expect(rotated.toSorted()).toEqual([
    "autopilot-to-manager",
    "host-manager",
    "manager-to-autopilot",
    "manager-to-developer",
    "manager-to-monitor",
    "operator-to-manager",
  ]);
  expect(placed).toEqual([]);
  const after = await readTexts(dir);
  expect([...after.keys()].toSorted()).toEqual([...before.keys()].toSorted());
  for (const [name, text] of after)
    expect([name, text === before.get(name)]).toEqual([
      name,
      !rotated.includes(name.replace(/\.pub$/, "")) && name !== "known_hosts",
    ]);
  for (const name of rotated) await readPublicKey(dir, name);
});

test("whoever it concerns gets what changed, the others are left alone", async () => {
  await using scratch = await makeScratch();
  const place = { stateDir: scratch.dir, prefix: "shop", ports };
  const { dir } = await ensureSshKeys(place);
  for (const role of ["manager", "developer", "monitor", "autopilot"] as const)
    await placeRoleKeys(role, { stateDir: scratch.dir, prefix: "shop", agentUid });
  expect((await rotateKeys("monitor", place)).placed).toEqual(["manager", "monitor", "autopilot"]);
  const hostKey = (await readPublicKey(dir, "host-monitor")).split(" ")[1] ?? "none";
  for (const caller of ["manager", "autopilot"] as const)
    expect(await readPins(roleSshDirOf(scratch.dir, caller))).toContain(
      `[shop-ssh-monitor]:2222 ssh-ed25519 ${hostKey}`,
    );
  expect(await readPins(dir)).toContain(`[127.0.0.1]:2201,[localhost]:2201 ssh-ed25519 ${hostKey}`);
  const entry = await readPublicKey(dir, "manager-to-monitor");
  expect(await readFile(join(roleSshDirOf(scratch.dir, "monitor"), "authorized_keys"), "utf8")).toContain(
    entry,
  );
  expect(await readFile(join(roleSshDirOf(scratch.dir, "manager"), "id_ed25519_monitor"), "utf8")).toBe(
    await readFile(join(dir, "manager-to-monitor"), "utf8"),
  );
});

test("a rotation that was cut off after the private half is mended by the next start", async () => {
  await using scratch = await makeScratch();
  const place = { stateDir: scratch.dir, prefix: "shop", ports };
  const { dir } = await ensureSshKeys(place);
  const old = await readFile(join(dir, "host-developer.pub"), "utf8");
  await rotateKeys("developer", place);
  const fresh = await readPublicKey(dir, "host-developer");
  await writeFile(join(dir, "host-developer.pub"), old, { mode: 0o600 });
  await ensureSshKeys(place);
  expect(await readPublicKey(dir, "host-developer")).toBe(fresh);
  expect(await readPins(dir)).toContain(fresh.split(" ")[1]);
});

test("two at once: the second is told who is at it", async () => {
  await using scratch = await makeScratch();
  const place = { stateDir: scratch.dir, prefix: "shop", ports };
  const { dir } = await ensureSshKeys(place);
  const attempt = await takeLock(join(dir, "lock"), ownIdentity(), () => ownIdentity());
  if (!attempt.taken) throw new Error("the lock is held");
  await expect(rotateKeys("manager", place)).rejects.toMatchObject({
    code: "keys_busy",
    params: { pid: process.pid },
  });
  await attempt.lock.release();
  await rotateKeys("manager", place);
});

test("the keys of a role are those of its name", () => {
  expect(keysOf("device")).toEqual(["operator-to-device", "monitor-to-device", "host-device"]);
  expect(keysOf("developer")).toEqual([
    "operator-to-developer",
    "manager-to-developer",
    "autopilot-to-developer",
    "host-developer",
  ]);
});
