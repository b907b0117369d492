import { mkdir, readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { updateStackReach } from "../../../agents/monitor/stack-reach.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

const prefix = `reach${process.pid}`;
const stacks = ["a", "b"].map((name) => `${prefix}${name}`);
const [alpha = "", beta = ""] = stacks;
const image = "node:24-bookworm-slim";
let scratch: Scratch;

const docker = async (...args: readonly string[]): Promise<string> =>
  (await execa("docker", args, { stdin: "ignore" })).stdout;
const serve = (text: string): string[] => [
  ...["node", "-e", `require("http").createServer((_, r) => r.end(${JSON.stringify(text)})).listen(80)`],
];
/** What a container gets from an address: the body, or `none`. */
const get = async (container: string, url: string): Promise<string> =>
  docker(
    ...["exec", container, "node", "-e"],
    `fetch(${JSON.stringify(url)}, { signal: AbortSignal.timeout(2000) }).then(async (r) => console.log(await r.text()), () => console.log("none"))`,
  );
const compose = (name: string, ...words: readonly string[]): Promise<string> =>
  docker("compose", "-p", name, "-f", scratch.path(name, "compose.yaml"), ...words);
const idsOf = (name: string): Promise<string> =>
  docker("ps", "-q", "--no-trunc", "--filter", `label=com.docker.compose.project=${name}`);
const update = (): Promise<void> => updateStackReach({ prefix, stateDir: scratch.path("dockfra") });
const stopQuickly = { stop_grace_period: "0s", init: true } as const;

async function writeStack(name: string): Promise<void> {
  const service = (text: string, networks: string[], rest: object = {}) => ({
    ...{ image, networks, command: serve(text), ...stopQuickly, ...rest },
  });
  const file = {
    services: {
      web: service(`web of ${name}`, ["default", "closed"], { ports: ["127.0.0.1::80"] }),
      db: service(`db of ${name}`, ["default"], { ports: ["127.0.0.1::5432"] }),
      vault: service(`vault of ${name}`, ["closed"]),
      alone: { image, command: serve("alone"), network_mode: "none", ...stopQuickly },
    },
    networks: { closed: { internal: true } },
  };
  await mkdir(scratch.path(name));
  await writeFile(scratch.path(name, "compose.yaml"), JSON.stringify(file));
  await compose(name, "up", "--detach");
  await scratch.write(`dockfra/targets/${name}/compose.json`, JSON.stringify({ project: name }));
}

async function startVisitor(name: string): Promise<void> {
  await docker(
    ...["run", "--detach", "--init", "--name", `${prefix}-${name}`, "--network", `${prefix}-shared`],
    ...[image, "sleep", "600"],
  );
}

describeWithEngine("the networks of the user's stacks", () => {
  const [developer, monitor, manager] = ["ssh-developer", "ssh-monitor", "ssh-manager"].map(
    (name) => `${prefix}-${name}`,
  ) as [string, string, string];

  beforeAll(async () => {
    scratch = await makeScratch();
    await docker("network", "create", `${prefix}-shared`);
    for (const name of ["ssh-developer", "ssh-monitor", "ssh-manager"]) await startVisitor(name);
    for (const name of stacks) await writeStack(name);
  }, 180_000);

  afterAll(async () => {
    await docker("rm", "--force", developer, monitor, manager);
    for (const name of stacks) await compose(name, "down", "--timeout", "0");
    await docker("network", "rm", `${prefix}-shared`);
    await scratch[Symbol.asyncDispose]();
  }, 180_000);

  it("let developer and monitor reach the services, and nobody else", async () => {
    expect(await get(developer, `http://web.${alpha}_default/`)).toBe("none");
    const before = await Promise.all(stacks.map(idsOf));
    await update();
    for (const name of stacks)
      for (const visitor of [developer, monitor]) {
        expect(await get(visitor, `http://web.${name}_default/`)).toBe(`web of ${name}`);
        expect(await get(visitor, `http://db.${name}_default/`)).toBe(`db of ${name}`);
        expect(await get(visitor, `http://${name}-db-1/`)).toBe(`db of ${name}`);
        // what the user closed to the outside stays closed
        expect(await get(visitor, `http://vault.${name}_closed/`)).toBe("none");
        expect(await get(visitor, `http://${name}-vault-1/`)).toBe("none");
      }
    expect(await get(manager, `http://web.${alpha}_default/`)).toBe("none");
    expect(await get(manager, `http://${alpha}-web-1/`)).toBe("none");
    expect(await Promise.all(stacks.map(idsOf))).toEqual(before);
  }, 120_000);

  it("never let two stacks meet: each finds its own db, and not the other's", async () => {
    await update();
    for (const [own, other] of [
      [alpha, beta],
      [beta, alpha],
    ] as const) {
      const web = `${own}-web-1`;
      for (let attempt = 0; attempt < 5; attempt++) expect(await get(web, "http://db/")).toBe(`db of ${own}`);
      expect(await get(web, "http://vault/")).toBe(`vault of ${own}`);
      expect(await get(web, `http://${other}-db-1/`)).toBe("none");
      expect(await get(web, `http://db.${other}_default/`)).toBe("none");
    }
  }, 120_000);

  it("are seen by Compose as they were: nothing is made anew by the user's next up", async () => {
    await update();
    const before = await idsOf(alpha);
    await compose(alpha, "up", "--detach");
    expect(await idsOf(alpha)).toBe(before);
  }, 120_000);

  it("keep a visitor's way out", async () => {
    const gateway = (): Promise<string> =>
      docker(
        ...["exec", developer, "node", "-e"],
        "console.log(require('fs').readFileSync('/proc/net/route','utf8').split('\\n').find((l) => l.split('\\t')[1] === '00000000').split('\\t')[2])",
      );
    await compose(alpha, "stop");
    await compose(beta, "stop");
    await update();
    const before = await gateway();
    await compose(alpha, "start");
    await compose(beta, "start");
    await update();
    expect(await gateway()).toBe(before);
  }, 120_000);

  it("give the proxy a file with one host per web service, which leads there", async () => {
    await scratch.write("dockfra/targets/gone/compose.json", JSON.stringify({ project: `${prefix}gone` }));
    await scratch.write("dockfra/monitor/traefik/old.yml", "{}");
    await update();
    const dir = scratch.path("dockfra/monitor/traefik");
    const text = await readFile(join(dir, `${alpha}.yml`), "utf8");
    expect(JSON.parse(text)).toEqual({
      http: {
        routers: {
          [`${alpha}-web`]: {
            rule: `Host(\`web.${alpha}.localhost\`) || Host(\`${alpha}.localhost\`)`,
            service: `${alpha}-web`,
            entryPoints: ["web"],
          },
        },
        services: {
          [`${alpha}-web`]: { loadBalancer: { servers: [{ url: `http://web.${alpha}_default:80` }] } },
        },
      },
    });
    expect(await get(developer, `http://web.${alpha}_default:80`)).toBe(`web of ${alpha}`);
    expect(existsSync(join(dir, "old.yml"))).toBe(false);
    expect(existsSync(join(dir, "gone.yml"))).toBe(false);
    await scratch.write("dockfra/.env", "ROUTES_DOMAIN=shop.example\n");
    await update();
    expect(await readFile(join(dir, `${alpha}.yml`), "utf8")).toMatch(
      /Host\(`web\.[a-z0-9]+\.shop\.example`\).*"certResolver": "letsencrypt"/s,
    );
  }, 120_000);

  it("are left when a stack stops, so that the user's down takes them along", async () => {
    await update();
    await compose(beta, "stop", "--timeout", "0");
    await update();
    expect(existsSync(scratch.path("dockfra/monitor/traefik", `${beta}.yml`))).toBe(false);
    await compose(beta, "down", "--timeout", "0");
    expect(await docker("network", "ls", "--quiet", "--filter", `name=${beta}_`)).toBe("");
    await compose(alpha, "down", "--timeout", "0");
    expect(await get(developer, `http://web.${alpha}_default/`)).toBe("none");
  }, 120_000);
});
