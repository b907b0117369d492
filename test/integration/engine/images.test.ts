import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../../support/engine.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

const composeFile = `
services:
  db:
    image: postgres:16-alpine
    environment:
      POSTGRES_USER: shop
      POSTGRES_PASSWORD: "it's secret"
      POSTGRES_DB: orders
    volumes: ["./init:/docker-entrypoint-initdb.d:ro"]
    healthcheck: { test: ["CMD-SHELL", "pg_isready -h 127.0.0.1 -U shop -d orders"], interval: 1s, retries: 60 }
  cache:
    image: redis:7-alpine
    command: ["--maxmemory", "32mb"]
    healthcheck: { test: ["CMD", "redis-cli", "ping"], interval: 1s, retries: 30 }
  web:
    image: nginx:alpine
    environment: { GREETING: hello }
    volumes: ["./templates:/etc/nginx/templates:ro"]
    healthcheck: { test: ["CMD", "wget", "-q", "-O-", "http://127.0.0.1/"], interval: 1s, retries: 30 }
    depends_on: { app: { condition: service_healthy } }
  app:
    image: node:24-bookworm-slim
    user: node
    command: ["-e", "require('http').createServer((q, s) => s.end('from ' + process.version)).listen(8080)"]
    healthcheck: { test: ["CMD", "node", "-e", "fetch('http://127.0.0.1:8080')"], interval: 1s, retries: 30 }
`;
const webTemplate =
  'server { listen 80; location / { return 200 "${GREETING} $uri"; } location /app { proxy_pass http://app:8080; } }\n';

describeWithEngine("the images that compose files name most", () => {
  const project = `dockfra-test-images-${process.pid}`;
  let scratch: Scratch;
  const compose = (...args: readonly string[]) =>
    execa("docker", ["compose", "--project-name", project, ...args], { cwd: scratch.dir });
  const inside = async (service: string, ...argv: readonly string[]) =>
    (await compose("exec", "-T", service, ...argv)).stdout;

  beforeAll(async () => {
    scratch = await makeScratch();
    await scratch.write("compose.yaml", composeFile);
    await scratch.write("init/1.sql", "CREATE TABLE items (name text);\n");
    await scratch.program(
      "init/2.sh",
      `psql -U "$POSTGRES_USER" "$POSTGRES_DB" -c "INSERT INTO items VALUES ('tea')"`,
    );
    await scratch.write("templates/default.conf.template", webTemplate);
    await compose("up", "--detach", "--wait", "--wait-timeout", "90");
  });

  afterAll(async () => {
    await compose("down", "--volumes", "--timeout", "1");
    await scratch[Symbol.asyncDispose]();
  });

  test("postgres makes the database, runs the init files and asks for the password", async () => {
    const query = (password: string) =>
      inside(
        "db",
        "psql",
        `postgresql://shop:${password}@127.0.0.1/orders`,
        "-Atc",
        "SELECT name FROM items",
      );
    expect(await query("it%27s%20secret")).toBe("tea");
    await expect(query("wrong")).rejects.toThrow(/password authentication failed/);
  });

  test("redis takes options, keeps values and does not run as root", async () => {
    expect(await inside("cache", "redis-cli", "SET", "key", "value")).toBe("OK");
    expect(await inside("cache", "redis-cli", "GET", "key")).toBe("value");
    expect(await inside("cache", "redis-cli", "CONFIG", "GET", "maxmemory")).toContain("33554432");
    expect(await inside("cache", "stat", "-c", "%U", "/proc/1")).toBe("redis");
  });

  test("nginx fills templates from the environment and reaches other services by name", async () => {
    expect(await inside("web", "wget", "-q", "-O-", "http://127.0.0.1/x")).toBe("hello /x");
    expect(await inside("web", "wget", "-q", "-O-", "http://127.0.0.1/app")).toMatch(/^from v\d+\./);
  });

  test("node takes options as its own and has npm and the user node", async () => {
    expect(await inside("app", "id", "-un")).toBe("node");
    expect(await inside("app", "npm", "--version")).toMatch(/^\d+\./);
  });
});
