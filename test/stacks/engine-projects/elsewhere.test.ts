import { describe, expect, test } from "vitest";
import { isBelow, readElsewhere } from "../../../stacks/engine-projects/elsewhere.ts";
import { parseEngineProjects, runningState } from "../../../stacks/engine-projects/list.ts";
import type { EngineProject } from "../../../stacks/engine-projects/list.ts";
import { createComposeTree } from "../discover/compose-tree.ts";

const row = (
  change: Partial<
    Record<
      | "name"
      | "state"
      | "status"
      | "ports"
      | "project"
      | "dir"
      | "files"
      | "service"
      | "oneOff"
      | "prefix"
      | "preview",
      string
    >
  >,
): string => {
  const given = {
    name: "shop-web-1",
    state: "running",
    status: "Up 2 minutes",
    ports: "",
    project: "shop",
    dir: "/srv/shop",
    files: "/srv/shop/compose.yaml",
    service: "web",
    oneOff: "False",
    prefix: "",
    preview: "",
    ...change,
  };
  const { name, state, status, ports, project, dir, files, service, oneOff, prefix, preview } = given;
  return JSON.stringify([
    name,
    state,
    status,
    "img",
    ports,
    project,
    dir,
    files,
    service,
    oneOff,
    prefix,
    preview,
  ]);
};

describe("what the engine lists", () => {
  test("becomes projects, with Dockfra's own marked and one-off containers left out", () => {
    const projects = parseEngineProjects(
      [
        row({ ports: "127.0.0.1:8088->80/tcp, 0.0.0.0:53->53/udp, [::]:53->53/udp, 9000/tcp" }),
        row({ name: "shop-db-1", service: "db", state: "exited", status: "Exited (1) 1 second ago" }),
        row({ name: "shop-run-1", service: "web", oneOff: "True" }),
        row({ name: "x-ssh-manager", project: "x-management", prefix: "x" }),
        row({ name: "p", project: "shop-t0001", preview: "T-0001" }),
        "",
      ].join("\n"),
    );
    expect(projects.map(({ name, isOwn }) => [name, isOwn])).toEqual([
      ["shop", false],
      ["shop-t0001", true],
      ["x-management", true],
    ]);
    expect(projects[0]?.containers.map(({ service, ports }) => [service, ports])).toEqual([
      ["web", ["127.0.0.1:8088:80", "53:53/udp"]],
      ["db", []],
    ]);
  });

  test("says how much runs: a job that is done needs not", () => {
    const [shop] = parseEngineProjects(
      [row({}), row({ name: "job", service: "job", state: "exited", status: "Exited (0) 1 hour ago" })].join(
        "\n",
      ),
    );
    const containers = shop?.containers ?? [];
    expect(runningState(["web", "job"], containers)).toBe("all");
    expect(runningState(["web", "db"], containers)).toBe("some");
    expect(runningState(["web"], [])).toBe("none");
  });
});

describe("projects from outside of the root", () => {
  const project = (change: Partial<EngineProject>): EngineProject => ({
    ...{ name: "shop", dir: "/nowhere", files: ["/nowhere/compose.yaml"], isOwn: false },
    containers: [
      {
        name: "shop-web-1",
        service: "web",
        state: "running",
        status: "Up",
        image: "web:1",
        ports: ["80:80"],
      },
    ],
    ...change,
  });

  test("are read where they are, with their own env file, and never below the root or Dockfra's own", async () => {
    await using tree = await createComposeTree({
      "srv/shop/compose.yaml":
        "services: {web: {image: 'web:${TAG}', ports: ['${PORT:-80}:80']}, db: {image: 'db:${DB_TOKEN}'}, need: {image: '${NEED:?}'}}\n",
      "srv/shop/.env": "TAG=7\nDB_TOKEN=hidden-value\n",
      "root/compose.yaml": "services: {a: {image: a}}\n",
    });
    const dir = `${tree.root}/srv/shop`;
    const found = readElsewhere(`${tree.root}/root`, [
      project({ dir, files: [`${dir}/compose.yaml`] }),
      project({ name: "inside", dir: `${tree.root}/root`, files: [`${tree.root}/root/compose.yaml`] }),
      project({ name: "own", isOwn: true }),
    ]);
    expect(found).toMatchObject([
      { name: "shop", dir, missing: ["NEED"], variables: ["DB_TOKEN", "NEED", "PORT", "TAG"], problems: [] },
    ]);
    expect(found[0]?.services[0]).toMatchObject({ name: "web", image: "web:7", ports: ["80:80"] });
    expect(JSON.stringify(found)).not.toContain("hidden-value");
  });

  test("whose files are gone are shown as their labels say", () => {
    const [found] = readElsewhere("/root-dir", [project({})]);
    expect(found).toMatchObject({
      services: [{ name: "web", image: "web:1", ports: ["80:80"] }],
      problems: [{ file: "compose.yaml" }],
    });
    const none = readElsewhere("/root-dir", [project({ files: [], dir: "" })]);
    expect(none[0]?.problems).toHaveLength(1);
  });

  test("open nothing but Compose files, whatever a label says", () => {
    const [found] = readElsewhere("/root-dir", [project({ dir: "/etc", files: ["/etc/passwd"] })]);
    expect(found?.problems).toMatchObject([{ message: expect.stringMatching(/No Compose file/) }]);
    expect(JSON.stringify(found)).not.toContain("root:");
  });

  test("a path is below a directory, and not below one whose name it begins with", () => {
    expect([isBelow("/a", "/a/b"), isBelow("/a", "/a"), isBelow("/a", "/ab")]).toEqual([true, true, false]);
  });
});
