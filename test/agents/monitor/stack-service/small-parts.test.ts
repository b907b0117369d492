import { createServer } from "node:net";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { parseRows } from "../../../../agents/monitor/stack-service/containers.ts";
import { detectOnHost } from "../../../../stacks/suggest/host-finders.ts";
import { readStackLog } from "../../../../agents/monitor/stack-service/logs.ts";
import { publishedPorts } from "../../../../agents/monitor/stack-service/published-ports.ts";
import { isTaken } from "../../../../stacks/targets/process/port-holder.ts";
import type { Target } from "../../../../stacks/targets/target.ts";
import { makeScratch } from "../../../support/scratch.ts";

test.each([
  ["8080:80", [8080]],
  ["127.0.0.1:8080:80", [8080]],
  ["[::1]:8080:80/tcp", [8080]],
  ["3000-3002:3000-3002", [3000, 3001, 3002]],
  ["80", []],
  ["8080:80/udp", []],
  ["${P}:80", []],
  ["1-65535:1-65535", []],
  ["0:80", []],
  ["70000:80", []],
])("the ports that %s asks for", (spec, ports) => {
  expect(publishedPorts(spec)).toEqual(ports);
});

test("a port is taken while somebody listens", async () => {
  const server = createServer().listen(0, "0.0.0.0");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  expect(await isTaken(port)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(await isTaken(port)).toBe(false);
});

test("containers are read as docker lists them, in its own words", () => {
  const row = (fields: object) => JSON.stringify({ Image: "nginx", Ports: "", Labels: "", ...fields });
  expect(
    parseRows(
      [
        row({
          Names: "a-web-1",
          Status: "Up 2 hours (healthy)",
          Ports: "127.0.0.1:80->80/tcp",
          Labels: "x=1,com.docker.compose.project=a,y=2",
        }),
        row({ Names: "b", Status: "Up 1 second (health: starting)" }),
        row({ Names: "c", Status: "Exited (1) 3 minutes ago" }),
        row({
          Names: "d",
          Status: "Up 1 second",
          Labels: "com.docker.compose.project=,com.docker.stack.namespace=s",
        }),
        "",
      ].join("\n"),
    ),
  ).toEqual([
    {
      name: "a-web-1",
      status: "Up 2 hours (healthy)",
      ports: "127.0.0.1:80->80/tcp",
      image: "nginx",
      health: "healthy",
      project: "a",
    },
    { name: "b", status: "Up 1 second (health: starting)", ports: "", image: "nginx", health: "starting" },
    { name: "c", status: "Exited (1) 3 minutes ago", ports: "", image: "nginx" },
    { name: "d", status: "Up 1 second", ports: "", image: "nginx", project: "s" },
  ]);
});

test("log lines keep colours and nothing else that a terminal obeys", async () => {
  const esc = "\u001B";
  const lines = [
    `${esc}[31mred${esc}[0m`,
    `${esc}]52;c;ZXZpbA==\u0007after`,
    `${esc}]0;title${esc}\\shown`,
    `${esc}[2J${esc}[Hcleared`,
    "bell\u0007 back\b tab\tend",
    "x".repeat(5_000),
  ];
  const target = { logs: () => Promise.resolve(lines) } as unknown as Target;
  const read = await readStackLog(target, 10);
  expect(read.slice(0, 5)).toEqual([
    `${esc}[31mred${esc}[0m`,
    "after",
    "shown",
    "cleared",
    "bell back tab\tend",
  ]);
  expect(read[5]).toHaveLength(4_000);
});

describe("what a machine suggests", () => {
  test("comes from git and package.json, without credentials", async () => {
    await using scratch = await makeScratch();
    const git = (...args: string[]) => execa("git", ["-C", scratch.dir, ...args]);
    await git("init", "--quiet", "--initial-branch=trunk");
    await git("config", "user.name", "Ada");
    await git("config", "user.email", "ada@example.org");
    await git("remote", "add", "origin", "https://ada:token123@example.org/x.git");
    await git("commit", "--quiet", "--allow-empty", "--message", "First");
    await scratch.write("package.json", '{"version":"1.2.3"}');
    const find = async (key: string) => (await detectOnHost(key, { root: scratch.dir })).value;
    expect(await find("GIT_BRANCH")).toBe("trunk");
    expect(await find("GIT_NAME")).toBe("Ada");
    expect(await find("GIT_EMAIL")).toBe("ada@example.org");
    expect(await find("GIT_REPO_URL")).toBe("https://example.org/x.git");
    expect(await find("GIT_COMMITS_TODAY")).toBe("1");
    expect(await find("GIT_LAST_COMMIT")).toMatch(/^[0-9a-f]{7,} First$/);
    expect(await find("APP_VERSION")).toBe("1.2.3");
    await scratch.write("package.json", "no json");
    expect(await find("APP_VERSION")).toMatch(/^[0-9a-f]{7,}$/);
  });

  test("is nothing for what it does not know", async () => {
    for (const key of ["NOPE", "__proto__", "toString", "-v"])
      expect(await detectOnHost(key, { root: "/" })).toEqual({ options: [] });
  });

  test("never holds a key's value", async () => {
    process.env["OPENROUTER_API_KEY"] = "sk-or-should-not-be-seen";
    const found = await detectOnHost("OPENROUTER_API_KEY", { root: "/" });
    delete process.env["OPENROUTER_API_KEY"];
    expect(JSON.stringify(found)).not.toContain("sk-or");
    expect(found.hint).toBeDefined();
  });
});
