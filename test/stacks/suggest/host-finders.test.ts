import { mkdir } from "node:fs/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { detectOnHost } from "../../../stacks/suggest/host-finders.ts";
import { parseArp, parseRoutes } from "../../../stacks/suggest/network-facts.ts";
import { findInExamples } from "../../../stacks/suggest/example-files.ts";
import { makeScratch } from "../../support/scratch.ts";

test("keys of models come from the environment and from ~/.getv/llm", async () => {
  await using scratch = await makeScratch();
  await scratch.write("home/.getv/llm/openrouter.env", "# mine\nexport OPENROUTER_API_KEY='sk-or-file'\n");
  const place = { root: scratch.dir, home: scratch.path("home") };
  const ask = async (environment: Record<string, string>) =>
    (await detectOnHost("llm_key:OPENROUTER_API_KEY", { ...place, environment })).options;
  expect(await ask({})).toEqual([{ value: "sk-or-file", label: "~/.getv/llm/openrouter.env" }]);
  expect(await ask({ OPENROUTER_API_KEY: " sk-or-env " })).toEqual([
    { value: "sk-or-env", label: "environment" },
    { value: "sk-or-file", label: "~/.getv/llm/openrouter.env" },
  ]);
  await scratch.write("home/.getv/llm/openrouter.env", "OPENROUTER_API_KEY='open\n");
  expect(await ask({})).toEqual([]);
  expect(await detectOnHost("llm_key:HOME", { ...place, environment: { HOME: "/secret" } })).toEqual({
    options: [],
  });
});

test("git tells its tag and commit, keys of SSH are named and not read", async () => {
  await using scratch = await makeScratch();
  const git = (...args: string[]) =>
    execa("git", ["-C", scratch.dir, "-c", "user.name=a", "-c", "user.email=a@b", ...args]);
  await git("init", "--quiet");
  await git("commit", "--quiet", "--allow-empty", "--message", "One");
  await git("tag", "v1.4.0");
  await mkdir(scratch.path("home"));
  await scratch.write("home/.ssh/id_ed25519", "PRIVATE");
  await scratch.write("home/.ssh/id_ed25519.pub", "ssh-ed25519 AAAA");
  await scratch.write("home/.ssh/config", "Host x");
  const ask = (key: string) => detectOnHost(key, { root: scratch.dir, home: scratch.path("home") });
  expect((await ask("git_tag")).value).toBe("v1.4.0");
  expect((await ask("git_commit")).value).toMatch(/^[0-9a-f]{7,}$/);
  expect((await ask("GITHUB_SSH_KEY")).options.map(({ value }) => value)).toEqual(["~/.ssh/id_ed25519"]);
  expect((await ask("uid")).value).toBe(String(process.getuid?.()));
  expect((await ask("timezone")).value).toMatch(/^[A-Z]/);
});

test("machines of the network are those that answered, without the engine's own", () => {
  const table = [
    "IP address       HW type     Flags       HW address            Mask     Device",
    "192.168.1.20     0x1         0x2         b8:27:eb:00:00:01     *        eth0",
    "192.168.1.21     0x1         0x0         00:00:00:00:00:00     *        eth0",
    "172.18.0.3       0x1         0x2         02:42:ac:12:00:03     *        br-abc",
  ].join("\n");
  expect(parseArp(table)).toEqual([
    { value: "192.168.1.20", label: "192.168.1.20 (b8:27:eb:00:00:01, eth0)" },
  ]);
  expect(parseArp("")).toEqual([]);
});

test("routes are read from the kernel's table", () => {
  const table = [
    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT",
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
    "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
    "tun0\t0000080A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0",
    "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0",
    "broken line",
  ].join("\n");
  expect(parseRoutes(table)).toEqual([
    { value: "192.0.2.0/24", label: "eth0" },
    { value: "10.8.0.0/16", label: "tun0" },
  ]);
});

test("example files beside stacks are read, and none outside of the root", async () => {
  await using scratch = await makeScratch();
  await using elsewhere = await makeScratch();
  await scratch.write("api/.env.example", "SIZE=small\nOTHER=1\n");
  await elsewhere.write("env", "SIZE=stolen\n");
  await execa("ln", ["-s", elsewhere.path("env"), scratch.path("api/.env.sample")]);
  const stacks = [
    { name: "api", dir: "api" },
    { name: "root", dir: "" },
  ];
  expect(findInExamples(scratch.dir, stacks, "SIZE")).toEqual([
    { value: "small", stack: "api", file: "api/.env.example" },
  ]);
});
