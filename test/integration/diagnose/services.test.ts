import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../../support/engine.ts";
import { docker, openBench, type Bench } from "./bench.ts";

const idle = "init: true, image: busybox, command: [sleep, '600']";

describeWithEngine("causes between services", () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
  }, 60_000);

  function database(password: string): string {
    const client = `PGPASSWORD=${password} psql -h db -U shop -d shop -c 'SELECT 1' && sleep 600`;
    return `
services:
  db:
    image: postgres:16
    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: ${password}}
    volumes: ["data:/var/lib/postgresql/data"]
    healthcheck: {test: [CMD, pg_isready, -h, 127.0.0.1, -U, shop], interval: 500ms, retries: 60}
  web:
    image: postgres:16
    init: true
    entrypoint: [sh, -c, "${client}"]
    depends_on: {db: {condition: service_healthy}}
volumes: {data: {}}
`;
  }

  test("a database that keeps the first password takes the present one, or begins anew and is put back", async () => {
    const stack = await bench.stack("db", database("first-password"));
    await stack.up();
    await stack.until("web", ({ Status }) => Status === "running");
    const sql = (text: string) =>
      docker("exec", `${stack.place.project}-db-1`, "psql", "-U", "shop", "-tAc", text);
    await sql("CREATE TABLE orders (id int)");
    await writeFile(stack.path("compose.yml"), database("second-password"));
    await stack.up();
    await stack.until("web", ({ Status }) => Status === "exited");
    const cause = await stack.cause("cause_password_of_old_volume", "db");
    expect(cause.params).toMatchObject({ user: "shop", volume: `${stack.place.project}_data` });

    const id = await stack.fix(cause, "fix_database_password");
    expect((await sql("SELECT count(*) FROM orders")).stdout.trim()).toBe("0");
    await stack.undo(id);
    await docker("restart", "--time", "0", `${stack.place.project}-web-1`);
    await stack.until("web", ({ Status }) => Status === "exited");

    const again = await stack.cause("cause_password_of_old_volume", "db");
    expect(again.fixes.find(({ code }) => code === "fix_volume_empty")?.safe).toBe(false);
    const anew = await stack.fix(again, "fix_volume_empty");
    expect((await sql("SELECT count(*) FROM orders")).stderr).toContain("does not exist");
    await stack.undo(anew);
    await docker("start", `${stack.place.project}-db-1`);
    await stack.until("db", ({ Health }) => Health?.Status === "healthy");
    expect((await sql("SELECT count(*) FROM orders")).stdout.trim()).toBe("0");
  }, 180_000);

  test("DNS that does not answer is replaced by this machine's", async () => {
    const ask =
      "if (!fs.readFileSync('/etc/resolv.conf', 'utf8').includes('203.0.113')) setInterval(() => {}, 1e6); else fetch('http://api.example.com')";
    const stack = await bench.stack(
      "dns",
      `services: {a: {init: true, image: "node:24-alpine", network_mode: bridge, dns: [203.0.113.9], dns_opt: ["timeout:1", "attempts:1"], command: [node, -e, "${ask}"]}}`,
    );
    await stack.up();
    await stack.until("a", ({ Status }) => Status === "exited");
    const cause = await stack.cause("cause_no_dns", "a");
    expect(cause.params).toEqual({ service: "a", host: "api.example.com" });
    await stack.fix(cause, "fix_dns");
  }, 60_000);

  test("a name that is written wrongly is answered by the service that is meant", async () => {
    const stack = await bench.stack(
      "alias",
      `services:
  database: {image: busybox, init: true, command: [sh, -c, "echo ok > /tmp/index.html; httpd -f -p 80 -h /tmp"]}
  a: {image: busybox, init: true, command: [sh, -c, "sleep 1; wget -q -O /dev/null http://databse:80/ && sleep 600"]}
  b: {image: busybox, init: true, command: [sh, -c, "wget -q -O /dev/null http://elsewhere:80/ && sleep 600"]}`,
    );
    await stack.up();
    await stack.until("a", ({ Status }) => Status === "exited");
    await stack.until("b", ({ Status }) => Status === "exited");
    expect((await stack.cause("cause_host_missing", "b")).params).toEqual({
      service: "b",
      host: "elsewhere",
    });
    const cause = await stack.cause("cause_host_unknown", "a");
    expect(cause.params).toMatchObject({ host: "databse", meant: "database" });
    await stack.fix(cause, "fix_alias");
  }, 60_000);

  test("what was called too early is called again", async () => {
    const stack = await bench.stack(
      "late",
      `services:
  db: {image: busybox, init: true, command: [sh, -c, "sleep 3; echo ok > /tmp/index.html; httpd -f -p 80 -h /tmp"]}
  a: {image: busybox, init: true, command: [sh, -c, "wget -q -O /dev/null http://db:80/ && sleep 600"]}`,
    );
    await stack.up();
    await stack.until("a", ({ Status }) => Status === "exited");
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    await stack.fix(await stack.cause("cause_dependency_late", "a"), "fix_restart");
  }, 60_000);

  test("what is needed and does not run is started first", async () => {
    const stack = await bench.stack(
      "down",
      `services:
  db: {image: busybox, init: true, command: [sh, -c, "echo ok > /tmp/index.html; httpd -f -p 80 -h /tmp"]}
  a: {image: busybox, init: true, command: [sh, -c, "sleep 1; wget -q -O /dev/null http://db:80/ && sleep 600"]}`,
    );
    await stack.up("a");
    await stack.until("a", ({ Status }) => Status === "exited");
    const cause = await stack.cause("cause_dependency_not_running", "a");
    expect(cause.params).toEqual({ service: "a", needed: "db" });
    await stack.fix(cause, "fix_start_with_dependency");
  }, 60_000);

  test("a service that calls itself is told so", async () => {
    const say = "wget -q -O /dev/null http://localhost:5432/";
    const stack = await bench.stack(
      "itself",
      `services: {a: {init: true, image: busybox, command: [sh, -c, "${say}"]}}`,
    );
    await stack.up();
    await stack.until("a", ({ Status }) => Status === "exited");
    expect((await stack.cause("cause_calls_itself", "a")).params["port"]).toBe("5432");
  }, 60_000);

  test("a health check that needs longer gets longer, and a server a restart policy", async () => {
    const check = "healthcheck: {test: [CMD, ls, /tmp/up], interval: 500ms, retries: 100, start_period: 1s}";
    const work = "sleep 15; touch /tmp/up; sleep 600";
    const stack = await bench.stack(
      "slow",
      `services: {a: {init: true, image: busybox, command: [sh, -c, "${work}"], ${check}}}`,
    );
    await stack.up();
    await stack.until("a", ({ Health }) => (Health?.Log.length ?? 0) >= 3);
    await stack.fix(await stack.cause("cause_start_slow", "a"), "fix_start_period");
    const id = await stack.fix(await stack.cause("cause_no_restart_policy", "a"), "fix_restart_policy");
    const policy = () =>
      docker("inspect", "--format", "{{.HostConfig.RestartPolicy.Name}}", `${stack.place.project}-a-1`);
    expect((await policy()).stdout).toBe("unless-stopped");
    await stack.undo(id);
    expect((await policy()).stdout).toBe("no");
  }, 90_000);

  test("what only can be seen is told where nothing says why", async () => {
    const stack = await bench.stack(
      "seen",
      `services:
  ends: {init: true, image: busybox, volumes: ["./flag:/flag"], command: [sh, -c, "ls /flag/ok && sleep 600 || exit 9"]}
  ill: {init: true, image: busybox, command: [sh, -c, "[ -e /tmp/begun ] && touch /tmp/up; touch /tmp/begun; sleep 600"], healthcheck: {test: [CMD, ls, /tmp/up], interval: 500ms, retries: 1}}`,
      { files: { "flag/.keep": "" } },
    );
    await stack.up();
    await stack.until("ends", ({ Status }) => Status === "exited");
    await stack.until("ill", ({ Health }) => Health?.Status === "unhealthy");
    const ended = await stack.cause("cause_ended", "ends");
    expect(ended.params).toEqual({ service: "ends", exitCode: 9 });
    await writeFile(stack.path("flag", "ok"), "");
    await stack.fix(ended, "fix_restart");
    await stack.fix(await stack.cause("cause_unhealthy", "ill"), "fix_restart");
  }, 60_000);

  test("a stack that runs has nothing to say, and no file of it is touched", async () => {
    const stack = await bench.stack("good", `services: {a: {${idle}, restart: unless-stopped}}`);
    await stack.up();
    expect(await stack.causes()).toEqual([]);
  }, 60_000);
});
