import { lstat, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { roles } from "../../../bus/messages/principals.ts";
import { sshHosts, type SshHost } from "../../../cli/ssh/directions.ts";
import { ensureSshKeys } from "../../../cli/ssh/keys.ts";
import { placeRoleKeys, roleSshDirOf } from "../../../cli/ssh/role-keys.ts";
import { makeScratch } from "../../support/scratch.ts";
import { ports, readPins } from "./places.ts";

const agentUid = process.getuid?.() === 0 ? 10_000 : (process.getuid?.() ?? 0);

async function placeAll(stateDir: string): Promise<boolean[]> {
  await ensureSshKeys({ stateDir, prefix: "shop", ports });
  return Promise.all(sshHosts.map((host) => placeRoleKeys(host, { stateDir, prefix: "shop", agentUid })));
}

const expected: Readonly<Record<SshHost, readonly string[]>> = {
  manager: ["id_ed25519_autopilot", "id_ed25519_developer", "id_ed25519_monitor"],
  autopilot: ["id_ed25519_developer", "id_ed25519_manager", "id_ed25519_monitor"],
  monitor: ["device_ed25519"],
  developer: [],
  device: [],
};

test("each container gets its own and nothing else, as the agent's, for it alone", async () => {
  await using scratch = await makeScratch();
  await placeAll(scratch.dir);
  for (const host of sshHosts) {
    const dir = roleSshDirOf(scratch.dir, host);
    const names = await readdir(dir);
    expect(names.toSorted()).toEqual(
      ["authorized_keys", "host_ed25519", "known_hosts", ...expected[host]].toSorted(),
    );
    // the shell's user passes through, to the project's commands
    expect((await stat(join(dir, ".."))).mode & 0o777).toBe(0o711);
    for (const path of [dir, ...names.map((name) => join(dir, name))]) {
      const { mode, uid } = await stat(path);
      expect([path, mode & 0o777, uid]).toEqual([
        path,
        path.includes("ed25519") || /hosts|keys$/.test(path) ? 0o600 : 0o700,
        agentUid,
      ]);
    }
  }
  expect((await stat(scratch.path("roles"))).mode & 0o777).toBe(0o700);
});

test("who may come in: the person everywhere, manager and autopilot at the roles, the monitor at the device", async () => {
  await using scratch = await makeScratch();
  await placeAll(scratch.dir);
  const comers = async (host: SshHost): Promise<string[]> => {
    const text = await readFile(join(roleSshDirOf(scratch.dir, host), "authorized_keys"), "utf8");
    return text
      .trimEnd()
      .split("\n")
      .map((line) => /^restrict,pty ssh-ed25519 \S+ shop:(\S+)$/.exec(line)?.[1] ?? line);
  };
  expect(await comers("manager")).toEqual(["operator-to-manager", "autopilot-to-manager"]);
  expect(await comers("autopilot")).toEqual(["operator-to-autopilot", "manager-to-autopilot"]);
  expect(await comers("developer")).toEqual([
    "operator-to-developer",
    "manager-to-developer",
    "autopilot-to-developer",
  ]);
  expect(await comers("monitor")).toEqual([
    "operator-to-monitor",
    "manager-to-monitor",
    "autopilot-to-monitor",
  ]);
  expect(await comers("device")).toEqual(["operator-to-device", "monitor-to-device"]);
});

test("no private key of one container is in another's", async () => {
  await using scratch = await makeScratch();
  await placeAll(scratch.dir);
  const seen = new Map<string, SshHost>();
  for (const host of sshHosts)
    for (const name of await readdir(roleSshDirOf(scratch.dir, host))) {
      const text = await readFile(join(roleSshDirOf(scratch.dir, host), name), "utf8");
      if (!text.includes("PRIVATE KEY")) continue;
      expect(seen.get(text)).toBe(undefined);
      seen.set(text, host);
    }
  expect(seen.size).toBe(sshHosts.length + 7);
});

test("a role knows the host keys of those that it may go to", async () => {
  await using scratch = await makeScratch();
  await placeAll(scratch.dir);
  const known = async (host: SshHost): Promise<string[]> =>
    (await readPins(roleSshDirOf(scratch.dir, host)))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split(" ")[0] ?? "");
  expect(await known("manager")).toEqual([
    "[shop-ssh-developer]:2222",
    "[shop-ssh-monitor]:2222",
    "[shop-ssh-autopilot]:2222",
  ]);
  expect(await known("monitor")).toEqual(["[shop-ssh-rpi3]:2222"]);
  expect(await known("developer")).toEqual([]);
});

test("a second time writes nothing, and takes away what does not belong there", async () => {
  await using scratch = await makeScratch();
  expect(await placeAll(scratch.dir)).toEqual(sshHosts.map(() => true));
  const inodes = async (): Promise<bigint[]> =>
    Promise.all(
      roles.map(
        async (role) =>
          (await lstat(join(roleSshDirOf(scratch.dir, role), "host_ed25519"), { bigint: true })).ino,
      ),
    );
  const before = await inodes();
  expect(await placeAll(scratch.dir)).toEqual(sshHosts.map(() => false));
  expect(await inodes()).toEqual(before);
  const stray = join(roleSshDirOf(scratch.dir, "developer"), "id_ed25519_monitor");
  await writeFile(stray, "a key that it must not have");
  await placeAll(scratch.dir);
  await expect(stat(stray)).rejects.toMatchObject({ code: "ENOENT" });
});

test("without keys it says how to make them", async () => {
  await using scratch = await makeScratch();
  await expect(
    placeRoleKeys("manager", { stateDir: scratch.dir, prefix: "shop", agentUid }),
  ).rejects.toMatchObject({ code: "ssh_key_missing", message: expect.stringContaining("dockfra init") });
});
