import { chmod, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import ssh2 from "ssh2";
import { expect, test } from "vitest";
import { allKeyNames } from "../../../cli/ssh/directions.ts";
import { ensureSshKeys, readPublicKey } from "../../../cli/ssh/keys.ts";
import { makeScratch } from "../../support/scratch.ts";
import { ports } from "./places.ts";

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

async function readAll(dir: string): Promise<Record<string, string>> {
  const names = (await readdir(dir)).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(dir, name), "utf8")));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ""]));
}

test("makes a key for each direction and each host, for the owner alone", async () => {
  await using scratch = await makeScratch();
  const { dir, made, kept } = await ensureSshKeys({ stateDir: scratch.dir, prefix: "shop", ports });
  expect({ made, kept }).toEqual({ made: allKeyNames(), kept: [] });
  expect(made).toEqual(
    expect.arrayContaining([
      "operator-to-manager",
      "manager-to-developer",
      "autopilot-to-manager",
      "host-monitor",
    ]),
  );
  for (const from of ["developer", "monitor"])
    for (const to of ["manager", "autopilot", "developer", "monitor"])
      expect(made).not.toContain(`${from}-to-${to}`);
  expect(await modeOf(dir)).toBe(0o700);
  for (const name of await readdir(dir)) expect(await modeOf(join(dir, name))).toBe(0o600);
  expect((await readdir(dir)).toSorted()).toEqual(
    [...made.flatMap((name) => [name, `${name}.pub`]), "known_hosts"].toSorted(),
  );
});

test("the halves of each pair fit, and no two pairs are alike", async () => {
  await using scratch = await makeScratch();
  const { dir, made } = await ensureSshKeys({ stateDir: scratch.dir, prefix: "shop", ports });
  const lines = new Set<string>();
  for (const name of made) {
    const secret = ssh2.utils.parseKey(await readFile(join(dir, name)));
    const open = ssh2.utils.parseKey(await readFile(join(dir, `${name}.pub`)));
    if (secret instanceof Error || open instanceof Error) throw new Error(name);
    expect(secret.type).toBe("ssh-ed25519");
    expect(open.comment).toBe(`shop:${name}`);
    expect(open.verify(Buffer.from("x"), secret.sign(Buffer.from("x")))).toBe(true);
    lines.add(await readPublicKey(dir, name));
  }
  expect(lines.size).toBe(made.length);
});

test("never overwrites: a second run changes nothing, a lost key is made alone", async () => {
  await using scratch = await makeScratch();
  const place = { stateDir: scratch.dir, prefix: "shop", ports };
  const { dir } = await ensureSshKeys(place);
  const before = await readAll(dir);
  expect(await ensureSshKeys(place)).toMatchObject({ made: [], kept: allKeyNames() });
  expect(await readAll(dir)).toEqual(before);
  await rm(join(dir, "host-monitor"));
  expect((await ensureSshKeys(place)).made).toEqual(["host-monitor"]);
  const { "host-monitor": lost, "host-monitor.pub": half, known_hosts: pins, ...others } = await readAll(dir);
  expect(before).toMatchObject(others);
  expect([lost, half, pins]).not.toContain(before["host-monitor.pub"]);
});

test("two starters at once end up with the same keys", async () => {
  await using scratch = await makeScratch();
  const place = { stateDir: scratch.dir, prefix: "shop", ports };
  const starts = await Promise.all([ensureSshKeys(place), ensureSshKeys(place), ensureSshKeys(place)]);
  expect(starts.flatMap(({ made }) => made).toSorted()).toEqual(allKeyNames().toSorted());
  for (const name of allKeyNames()) await readPublicKey(join(scratch.dir, "ssh"), name);
});

test("a public half that is lost or another's is made from the private one", async () => {
  await using scratch = await makeScratch();
  const place = { stateDir: scratch.dir, prefix: "shop", ports };
  const { dir } = await ensureSshKeys(place);
  const before = await readAll(dir);
  await rm(join(dir, "operator-to-manager.pub"));
  await writeFile(join(dir, "host-manager.pub"), before["host-monitor.pub"] ?? "");
  await expect(readPublicKey(dir, "host-manager")).rejects.toMatchObject({ code: "ssh_key_invalid" });
  await ensureSshKeys(place);
  expect(await readAll(dir)).toEqual(before);
});

test("a key that others can read is refused, with the command that mends it", async () => {
  await using scratch = await makeScratch();
  const place = { stateDir: scratch.dir, prefix: "shop", ports };
  const { dir } = await ensureSshKeys(place);
  const path = join(dir, "manager-to-monitor");
  await chmod(path, 0o640);
  await expect(ensureSshKeys(place)).rejects.toMatchObject({
    code: "ssh_key_exposed",
    message: expect.stringContaining(`chmod 600 ${path}`),
  });
  await chmod(path, 0o600);
  await ensureSshKeys(place);
});

test.each([
  ["empty", ""],
  ["no key", "hello\n"],
  [
    "cut short",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
  ],
  ["with a NUL", "\0".repeat(400)],
])("what is no key is named and left as it is: %s", async (_, text) => {
  await using scratch = await makeScratch();
  const place = { stateDir: scratch.dir, prefix: "shop", ports };
  const { dir } = await ensureSshKeys(place);
  const path = join(dir, "host-developer");
  await writeFile(path, text);
  await expect(ensureSshKeys(place)).rejects.toMatchObject({
    code: "ssh_key_invalid",
    params: { path: expect.stringContaining(path) },
  });
  expect(await readFile(path, "utf8")).toBe(text);
});

test("a directory that others may enter is closed", async () => {
  await using scratch = await makeScratch();
  await ensureSshKeys({ stateDir: scratch.dir, prefix: "shop", ports });
  await chmod(scratch.path("ssh"), 0o755);
  await ensureSshKeys({ stateDir: scratch.dir, prefix: "shop", ports });
  expect(await modeOf(scratch.path("ssh"))).toBe(0o700);
});
