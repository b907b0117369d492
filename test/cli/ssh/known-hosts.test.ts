import { appendFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { ensureSshKeys, readPublicKey } from "../../../cli/ssh/keys.ts";
import { pinsFor } from "../../../cli/ssh/known-hosts.ts";
import { makeScratch } from "../../support/scratch.ts";
import { ports, readPins } from "./places.ts";

test("each host is pinned by its container's name and by its port on loopback", async () => {
  await using scratch = await makeScratch();
  const { dir } = await ensureSshKeys({ stateDir: scratch.dir, prefix: "shop", ports });
  const text = await readPins(dir);
  const [type, key] = (await readPublicKey(dir, "host-manager")).split(" ");
  expect(text).toContain(`[shop-ssh-manager]:2222 ${type} ${key} `);
  expect(text).toContain(`[127.0.0.1]:2202,[localhost]:2202 ${type} ${key} `);
  expect(text).toContain("[shop-ssh-rpi3]:2222 ");
  expect(text.trimEnd().split("\n")).toHaveLength(10);
});

test("another port is pinned in place of the old one; lines of others stay", async () => {
  await using scratch = await makeScratch();
  const place = { stateDir: scratch.dir, prefix: "shop", ports };
  const { dir } = await ensureSshKeys(place);
  const foreign = "# mine\npi.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9u7I5pDIpu4Kc8gn";
  await appendFile(`${dir}/known_hosts`, `\n${foreign}\n\n`);
  await ensureSshKeys({ ...place, ports: { ...ports, manager: 2302 } });
  const text = await readPins(dir);
  expect(text).toContain("[127.0.0.1]:2302,[localhost]:2302 ");
  expect(text).not.toContain("2202");
  expect(text.endsWith(`${foreign}\n`)).toBe(true);
  expect(text.match(/pi\.example/g)).toHaveLength(1);
});

test("a container gets the lines of those that it may go to, and no other's", async () => {
  await using scratch = await makeScratch();
  const { dir } = await ensureSshKeys({ stateDir: scratch.dir, prefix: "shop", ports });
  const text = pinsFor(await readPins(dir), "shop", ["developer", "monitor"]);
  expect(text.split("\n").map((line) => line.split(" ")[0])).toEqual([
    "[shop-ssh-developer]:2222",
    "[shop-ssh-monitor]:2222",
    "",
  ]);
  expect(pinsFor(await readPins(dir), "shop", [])).toBe("");
  expect(pinsFor(await readPins(dir), "other", ["developer"])).toBe("");
});
