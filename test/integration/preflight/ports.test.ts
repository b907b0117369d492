import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../../support/engine.ts";
import { makePreflightHouse, oneService } from "./preflight-house.ts";

let server: Server;
let taken = 0;

beforeAll(async () => {
  server = createServer();
  // below those that the system gives out, so that nobody gets the free one meanwhile
  taken = 20_000 + (process.pid % 900) * 10;
  await new Promise<void>((resolve) => server.listen(taken, "127.0.0.1", resolve));
});
afterAll(() => void server.close());

describeWithEngine("ports before a launch", () => {
  test("one that a process has is moved in its variable, and not in the file", async () => {
    await using house = await makePreflightHouse();
    const file = await house.scratch.write(
      "shop/compose.yaml",
      oneService(`${house.tag}shop`, ["ports:", `  - "127.0.0.1:\${WEB_PORT:-${taken}}:80"`]),
    );
    const before = await readFile(file, "utf8");
    const found = await house.find("port_in_use_variable");
    expect(found).toMatchObject({
      severity: "error",
      service: "web",
      params: { port: taken, name: "WEB_PORT", file: "shop/compose.yaml", line: 7 },
    });
    expect(found.params["holder"]).toContain(`(pid ${process.pid})`);
    expect(found.message).toContain("WEB_PORT");
    const id = await house.fix(found, "fix_port_variable");
    expect(await readFile(house.scratch.path("dockfra/.env"), "utf8")).toBe(
      `WEB_PORT=${String(found.params["free"])}\n`,
    );
    expect(await readFile(file, "utf8")).toBe(before);
    expect((await house.look()).map(({ code }) => code)).not.toContain("port_in_use_variable");
    await house.undo(id);
    expect((await house.look()).map(({ code }) => code)).toContain("port_in_use_variable");
  });

  test("one that is fixed in the file is told with its line, and moved beside the file", async () => {
    await using house = await makePreflightHouse();
    await house.scratch.write(
      "compose.yaml",
      oneService(`${house.tag}a`, ["ports:", "  - target: 80", `    published: "${taken}"`]),
    );
    const found = await house.find("port_in_use_fixed");
    expect(found.params).toMatchObject({ port: taken, file: "compose.yaml", line: 7 });
    const id = await house.fix(found, "fix_port_override");
    expect((await house.look()).filter(({ code }) => code.startsWith("port_"))).toEqual([]);
    await house.undo(id);
    await house.find("port_in_use_fixed");
  });

  test("one that a container of another project has names the container; a stack's own is its own", async () => {
    await using house = await makePreflightHouse();
    const name = `${house.tag}-holder`;
    await house.docker("run", "-d", "--name", name, "-p", "127.0.0.1::80", "busybox", "sleep", "600");
    const port = (await house.docker("port", name, "80")).split(":").at(-1)?.trim() ?? "";
    const compose = oneService(`${house.tag}b`, ["ports:", `  - "${port}:80"`]);
    await house.scratch.write("compose.yaml", compose);
    const found = await house.find("port_in_use_fixed");
    expect(found.params["holder"]).toBe(`container ${name}`);
    await house.docker("rm", "-f", name);
    const labels = ["--label", `com.docker.compose.project=${house.tag}b`];
    await house.docker(
      ...["run", "-d", "--name", name, ...labels, "-p", `${port}:80`, "busybox", "sleep", "600"],
    );
    expect((await house.look()).filter(({ code }) => code.startsWith("port_"))).toEqual([]);
  });

  test("one that two stacks want is told once, with a free one for the second", async () => {
    await using house = await makePreflightHouse();
    const compose = (name: string, spec: string) => oneService(house.tag + name, ["ports:", `  - "${spec}"`]);
    await house.scratch.write("a/compose.yaml", compose("a", "18473:80"));
    await house.scratch.write("b/compose.yaml", compose("b", "${B_PORT:-18473}:80"));
    await house.scratch.write("c/compose.yaml", compose("c", "18473:80/udp"));
    const found = (await house.look()).filter(({ code }) => code.startsWith("port_"));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      code: "port_wanted_twice_variable",
      severity: "error",
      stack: `${house.tag}b`,
      params: { name: "B_PORT", holder: `web in ${house.tag}a` },
    });
    await house.fix(found[0]!, "fix_port_variable");
    expect((await house.look()).filter(({ code }) => code.startsWith("port_"))).toEqual([]);
    expect((await house.look(`${house.tag}a`)).filter(({ code }) => code.startsWith("port_"))).toEqual([]);
  });

  test("a variable that both have moves neither; copies cannot share a port", async () => {
    await using house = await makePreflightHouse();
    const spec = ["ports:", '  - "${SAME_PORT:-18474}:80"'];
    await house.scratch.write("a/compose.yaml", oneService(`${house.tag}a`, spec));
    await house.scratch.write("b/compose.yaml", oneService(`${house.tag}b`, spec));
    const twice = await house.find("port_wanted_twice_fixed");
    expect(twice.fixes?.map(({ code }) => code)).toEqual(["fix_port_override"]);
    await house.scratch.write(
      "a/compose.yaml",
      oneService(`${house.tag}a`, ["ports:", '  - "18475:80"', "deploy: { replicas: 3 }"]),
    );
    expect((await house.find("port_of_copies")).params).toMatchObject({ copies: 3, port: 18_475, line: 7 });
  });
});
