import { createHash, randomBytes } from "node:crypto";
import { cp, glob, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { freePort } from "../../bus/server/ready.ts";
import { describeWithEngine } from "../support/engine.ts";
import { makeProject, type Project } from "./installation.ts";

const timeout = 240_000;
const corpus = join(import.meta.dirname, "../data/compose-variables/corpus");
const projects = ["nginx-golang", "nginx-golang-postgres", "flask-redis"] as const;

/** Stands for what a backend of the corpus builds: a page behind the port that its proxy asks. */
const dockerfile = `FROM busybox AS builder
RUN mkdir /www && echo "Hello from the backend" > /www/index.html
CMD ["httpd", "-f", "-p", "8000", "-h", "/www"]
`;
const proxy = "server { listen 80; location / { proxy_pass http://backend:8000; } }\n";
const anyPort = (port: number): string => `ports: !override ["127.0.0.1::${port}"]`;

const soon = "stop_grace_period: 0s";

/** Files as their author has them, with what a person lays beside: sources, and an override for this machine. */
async function lay(project: Project, tag: string): Promise<void> {
  for (const name of projects) await cp(join(corpus, name), project.path(name), { recursive: true });
  const add = (path: string, text: string) => project.write(`app/${path}`, text);
  for (const name of ["nginx-golang", "nginx-golang-postgres"]) {
    await add(`${name}/backend/Dockerfile`, dockerfile);
    await add(`${name}/proxy/nginx.conf`, proxy);
  }
  await add("nginx-golang-postgres/db/password.txt", "of no use elsewhere\n");
  await add("flask-redis/Dockerfile", dockerfile);
  const override = (name: string, suffix: string, services: string) =>
    add(`${name}/compose.override.yaml`, `name: ${tag}${suffix}\nservices:\n${services}\n`);
  await override("nginx-golang", "a", `  proxy: {${anyPort(80)}, ${soon}}\n  backend: {${soon}}`);
  const check = `  db: {healthcheck: {test: ["CMD", "pg_isready", "-U", "postgres"], interval: 1s, retries: 120}, ${soon}}`;
  await override(
    "nginx-golang-postgres",
    "b",
    `  proxy: {${anyPort(80)}, ${soon}}\n  backend: {${soon}}\n${check}`,
  );
  await override(
    "flask-redis",
    "c",
    `  redis: {image: redis, ${anyPort(6379)}, ${soon}}\n  web: {${anyPort(8000)}, ${soon}}`,
  );
}

async function sumsOf(project: Project): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const name of projects)
    for await (const path of glob("**", { cwd: project.path(name) }))
      if ((await stat(project.path(name, path))).isFile())
        sums[`${name}/${path}`] = createHash("sha256")
          .update(await readFile(project.path(name, path)))
          .digest("hex");
  return sums;
}

interface Service {
  readonly stack: string;
  readonly service: string;
  readonly state: string;
  readonly healthy?: boolean;
  readonly ports: readonly string[];
}

async function servicesOf(project: Project, tag: string): Promise<Service[]> {
  const { services } = (await project.json("ps")) as { services: Service[] };
  return services.filter(({ stack }) => stack.startsWith(tag));
}

describeWithEngine("projects as they are found", () => {
  test(
    "are launched together, answer, are looked at and stopped, and not one byte of them changes",
    { timeout },
    async () => {
      await using project = await makeProject(await freePort());
      const tag = `found${randomBytes(3).toString("hex")}`;
      const stacks = [`${tag}a`, `${tag}b`, `${tag}c`];
      await lay(project, tag);
      const before = await sumsOf(project);
      try {
        expect((await project.cli("up", "--detach")).exitCode).toBe(0);
        const found = (await project.json("preflight", ...stacks)) as {
          findings: { code: string; severity: string }[];
        };
        expect(found.findings.filter(({ severity }) => severity === "error")).toEqual([]);

        const launched = await project.cli("launch", ...stacks);
        expect(launched).toMatchObject({ exitCode: 0 });
        expect(launched.stdout).toContain(`${tag}b/db  healthy`);
        const services = await servicesOf(project, tag);
        expect(services.map(({ service, state }) => `${service} ${state}`).toSorted()).toEqual(
          ["backend", "backend", "db", "proxy", "proxy", "redis", "web"].map((name) => `${name} running`),
        );
        expect(services.find(({ service }) => service === "db")).toMatchObject({ healthy: true });
        for (const { service, ports } of services.filter((one) => ["proxy", "web"].includes(one.service))) {
          const port = /127\.0\.0\.1:(\d+)->/.exec(ports.join())?.[1] ?? "";
          const page = async () => (await fetch(`http://127.0.0.1:${port}/`)).text();
          await expect.poll(page, { timeout: 30_000, message: service }).toContain("Hello from the backend");
        }
        expect((await project.json("diagnose", `${tag}b`))["ok"]).toBe(true);
        expect((await project.cli("logs", `${tag}a`, "proxy")).stdout).toContain("GET / HTTP/1.1");

        const stops = await Promise.all(stacks.map((stack) => project.cli("stop", stack)));
        expect(stops.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
        const stopped = await servicesOf(project, tag);
        expect(stopped.map(({ state }) => state)).toEqual(stopped.map(() => "exited"));
        expect(await sumsOf(project)).toEqual(before);
      } finally {
        for (const stack of stacks)
          await execa(
            "docker",
            ["compose", "--project-name", stack, "down", "--timeout", "0", "--volumes", "--rmi", "local"],
            { reject: false },
          );
      }
    },
  );
});
