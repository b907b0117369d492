import { mkdir, readFile, stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { roles } from "../../../bus/messages/principals.ts";
import { writeComposeEnv, composeEnvPath } from "../../../cli/containers/blueprints.ts";
import { crewEnv } from "../../../cli/containers/crew-services.ts";
import { hashOfSources } from "../../../cli/containers/images.ts";
import { hostPorts } from "../../../cli/containers/host-ports.ts";
import { agentUidOf, prepareRolePlaces } from "../../../cli/containers/role-places.ts";
import { readEnvFile } from "../../../stacks/env-file/env-file.ts";
import { makeScratch } from "../../support/scratch.ts";

test.each([
  ["developer", false, 0, 10_000],
  ["monitor", false, 0, 0],
  ["developer", false, 1000, 1000],
  ["monitor", false, 1000, 1000],
  ["developer", true, 1000, 0],
] as const)("the agent of the %s (rootless: %s, run by %i) is uid %i", (role, rootless, own, uid) => {
  expect(agentUidOf(role, { rootless }, own)).toBe(uid);
});

test("each role gets its own key of the bus and no other", async () => {
  await using scratch = await makeScratch();
  for (const role of roles) await scratch.write(`keys/${role}.nk`, `seed of ${role}\n`);
  const engine = { rootless: false };
  const places = { stateDir: scratch.path("state"), credsDir: scratch.path("keys"), engine };
  await mkdir(scratch.path("state"), { mode: 0o700 });
  await prepareRolePlaces(places);
  await prepareRolePlaces(places);
  for (const role of roles) {
    const dir = scratch.path("state", "roles", role);
    expect(await readFile(`${dir}/creds/${role}.nk`, "utf8")).toBe(`seed of ${role}\n`);
    const seed = await stat(`${dir}/creds/${role}.nk`);
    expect([seed.mode & 0o777, (await stat(dir)).mode & 0o777]).toEqual([0o600, 0o711]);
    expect(seed.uid).toBe(agentUidOf(role, engine));
  }
  expect(await readFile(scratch.path("state/roles/desktop/vnc-password"), "utf8")).toMatch(/^[\w-]{8}$/);
});

test("the blueprints' variables are written whole, without a secret, whatever the root is called", async () => {
  await using scratch = await makeScratch();
  const root = `${scratch.dir}/my "shop" $HOME's`;
  const door = { port: 4000, lead: () => undefined, close: async () => undefined };
  const env = crewEnv(
    {
      root,
      stateDir: scratch.dir,
      prefix: "x",
      engine: {
        version: "",
        composeVersion: "",
        address: "unix:///s",
        socketPath: "/s",
        rootless: false,
        desktop: false,
      },
      ports: hostPorts,
      pagePort: 5050,
    },
    { host: "172.20.0.1", bus: door, page: { ...door, port: 4001 } },
  );
  await writeComposeEnv(scratch.dir, env);
  const read = await readEnvFile(composeEnvPath(scratch.dir));
  expect(Object.fromEntries(read)).toMatchObject({
    DOCKFRA_ROOT: root,
    DOCKFRA_SERVERS: "nats://172.20.0.1:4000",
    DOCKFRA_PAGE: "http://172.20.0.1:4001",
    SSH_MANAGER_PORT: "2202",
  });
  expect([...read.keys()].filter((name) => /KEY|TOKEN|SECRET|SEED/.test(name))).toEqual([]);
});

test("a hash of the sources changes with any of them, and with nothing else", async () => {
  await using scratch = await makeScratch();
  await scratch.write("package.json", "{}");
  await scratch.write("bus/a.ts", "1");
  const before = await hashOfSources(scratch.dir);
  await scratch.write("docs/a.md", "x");
  await scratch.write("bus/readme.md", "x");
  await scratch.write("stacks/blueprints/a.yml", "x");
  expect(await hashOfSources(scratch.dir)).toBe(before);
  await scratch.write("bus/a.ts", "2");
  const changed = await hashOfSources(scratch.dir);
  expect(changed).not.toBe(before);
  await scratch.write("agents/b.ts", "1");
  expect(await hashOfSources(scratch.dir)).not.toBe(changed);
});
