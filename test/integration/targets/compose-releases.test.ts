import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { addPatch, removePatch } from "../../../stacks/fix/override-file.ts";
import { approveSettings } from "../../../stacks/policy/approvals.ts";
import { ProjectFile } from "../../../stacks/project-file/project-schema.ts";
import { selectTarget } from "../../../stacks/targets/select-target.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { makeComposeStack, nodeImage, webService, type ComposeStack } from "./compose-stack.ts";
import type { Behaviour } from "./target-contract.ts";

describeWithEngine("releases of a compose stack", () => {
  let stack: ComposeStack;
  const timeout = 180_000;

  beforeEach(async () => {
    stack = await makeComposeStack();
  });
  afterEach(() => stack[Symbol.asyncDispose](), timeout);

  const db = (more: object = {}): object => ({
    ...{ image: nodeImage, command: ["sleep", "600"], init: true, stop_grace_period: "1s" },
    ...more,
  });

  it("are of the files and profiles that count at ROOT, in the release's own tree", { timeout }, async () => {
    const { root, port, url, project, writeRelease } = stack;
    writeFileSync(join(root, ".env"), "COMPOSE_FILE=base.yml:more.yml\nCOMPOSE_PROFILES=one\n");
    const sayings = ProjectFile.parse({
      stacks: { shop: { profiles: ["two"] } },
      env: { GREETING: { default: "from dockfra.yaml" } },
      deploy: { shop: { target: "compose", url, health: "/health", project } },
    });
    const web = {
      ...webService(port),
      environment: { PORT: "80", HOST: "0.0.0.0", GREETING: "${GREETING:-}" },
    };
    const write = (name: string, behaviour?: Behaviour) => {
      const release = writeRelease(name, { decoy: db() }, behaviour);
      const extras = {
        one: db({ profiles: ["one"] }),
        two: db({ profiles: ["two"] }),
        three: db({ profiles: ["three"] }),
      };
      writeFileSync(join(release.dir, "base.yml"), JSON.stringify({ services: { web } }));
      writeFileSync(join(release.dir, "more.yml"), JSON.stringify({ services: extras }));
      return release;
    };
    const one = write("one");
    for (const name of ["base.yml", "more.yml"]) copyFileSync(join(one.dir, name), join(root, name));
    const options = { root, stateDir: join(root, "dockfra"), engineAvailable: true };
    const { target } = selectTarget(sayings, "shop", options);
    const running = async (): Promise<string[]> => {
      const filter = `label=com.docker.compose.project=${project}`;
      const names = await stack.docker(
        "ps",
        "--filter",
        filter,
        "--format",
        '{{.Label "com.docker.compose.service"}}',
      );
      return names.split("\n").toSorted();
    };
    expect(await target.deploy({ commandId: "c1", release: one })).toMatchObject({ outcome: "deployed" });
    expect(await running()).toEqual(["one", "two", "web"]);
    expect(JSON.parse(await stack.get("/env"))).toMatchObject({ GREETING: "from dockfra.yaml" });
    const failed = await target.deploy({ commandId: "c2", release: write("two", "crashing") });
    expect(failed).toMatchObject({ outcome: "restored" });
    expect(await running()).toEqual(["one", "two", "web"]);
    expect(await stack.get()).toBe("version one");
  });

  it("come back with the variables and images that they ran with", { timeout }, async () => {
    const web = {
      ...webService(stack.port),
      environment: { PORT: "80", HOST: "0.0.0.0", GREETING: "${GREETING}" },
    };
    const image = `${stack.project}-moving:latest`;
    await stack.docker("image", "tag", nodeImage, image);
    const first = (await stack.docker("image", "inspect", "--format", "{{.Id}}", image)).trim();
    const services = { web, db: db({ image }) };
    writeFileSync(join(stack.root, ".env"), "GREETING=hello $$ 'you'\n");
    const target = stack.createTarget();
    const one = stack.writeRelease("one", services);
    expect(await target.deploy({ commandId: "c1", release: one })).toMatchObject({ outcome: "deployed" });
    const greeting = (JSON.parse(await stack.get("/env")) as Record<string, string>)["GREETING"];
    expect(greeting).toContain("hello $");
    const [database] = await stack.containers("db");

    writeFileSync(join(stack.root, ".env"), "GREETING=good bye\n");
    await stack.docker("image", "tag", "busybox", image);
    const two = stack.writeRelease("two", { ...services, extra: db() });
    expect(await target.deploy({ commandId: "c2", release: two })).toMatchObject({ outcome: "deployed" });
    expect(JSON.parse(await stack.get("/env"))).toMatchObject({ GREETING: "good bye" });
    expect(await stack.containers("extra")).toHaveLength(1);

    // the files of the release may go, as long as what it was made of is kept
    await rm(one.dir, { recursive: true });
    expect(await target.restore({ commandId: "c3", release: one })).toMatchObject({ outcome: "deployed" });
    expect(await stack.get()).toBe("version one");
    expect(JSON.parse(await stack.get("/env"))).toMatchObject({ GREETING: greeting });
    expect(await stack.containers("extra")).toEqual([]);
    const [now] = await stack.containers("db");
    expect((await stack.docker("inspect", "--format", "{{.Image}}", now ?? "")).trim()).toBe(first);
    expect(now).not.toBe(database);

    const contents = await target.contents?.("one");
    expect(contents?.images.map(({ service }) => service).toSorted()).toEqual(["db", "web"]);
    expect(contents?.config).toContain("hello");
    expect(await target.contents?.("three")).toBeUndefined();
    const state = JSON.parse(readFileSync(join(stack.options.dir, "compose.json"), "utf8")) as {
      current: { sealed: string };
    };
    expect(statSync(state.current.sealed).mode & 0o777).toBe(0o600);
  });

  it("keep what a fix changed, also after it was taken back", { timeout }, async () => {
    const stateDir = dirname(dirname(stack.options.dir));
    const patch = {
      services: { web: { environment: { value: { FIXED: "yes" }, replace: false } } },
      networks: {},
    };
    addPatch(stateDir, stack.project, { fix: "fix-1", patch });
    const target = stack.createTarget();
    const one = stack.writeRelease("one", { web: webService(stack.port) });
    expect(await target.deploy({ commandId: "c1", release: one })).toMatchObject({ outcome: "deployed" });
    expect(JSON.parse(await stack.get("/env"))).toMatchObject({ FIXED: "yes" });

    removePatch(stateDir, stack.project, "fix-1");
    const two = stack.writeRelease("two", { web: webService(stack.port) });
    expect(await target.deploy({ commandId: "c2", release: two })).toMatchObject({ outcome: "deployed" });
    expect(JSON.parse(await stack.get("/env"))).not.toHaveProperty("FIXED");
    expect(await target.restore({ commandId: "c3", release: one })).toMatchObject({ outcome: "deployed" });
    expect(JSON.parse(await stack.get("/env"))).toMatchObject({ FIXED: "yes" });
  });

  it("leave a database alone that none of them changes", { timeout }, async () => {
    const services = { web: webService(stack.port), db: db() };
    const target = stack.createTarget();
    const one = stack.writeRelease("one", services);
    await target.deploy({ commandId: "c1", release: one });
    const before = await stack.containers("db");
    await target.deploy({ commandId: "c2", release: stack.writeRelease("two", services) });
    await target.restore({ commandId: "c3", release: one });
    const bad = stack.writeRelease("bad", services, "crashing");
    expect(await target.deploy({ commandId: "c4", release: bad })).toMatchObject({ outcome: "restored" });
    expect(await stack.get()).toBe("version one");
    expect(await stack.containers("db")).toEqual(before);
  });

  it("keep running while the next is built, also where that fails", { timeout }, async () => {
    const target = stack.createTarget();
    await target.deploy({
      commandId: "c1",
      release: stack.writeRelease("one", { web: webService(stack.port) }),
    });
    const before = await stack.containers("web");
    const two = stack.writeRelease("two", { web: webService(stack.port) });
    writeFileSync(join(two.dir, "Dockerfile"), `FROM ${nodeImage}\nRUN sleep 3 && false\n`);
    const outcome = await target.deploy({ commandId: "c2", release: two });
    expect(outcome).toMatchObject({ outcome: "restored", reason: { code: "compose_failed" } });
    const missing = stack.writeRelease("three", {
      web: webService(stack.port),
      db: db({ image: `${stack.project}/none:1` }),
    });
    expect(await target.deploy({ commandId: "c3", release: missing })).toMatchObject({ outcome: "restored" });
    expect(await stack.containers("web")).toEqual(before);
    expect(await stack.containers("db")).toEqual([]);
  });

  it("fall to a check of the project's, and what ran before comes back", { timeout }, async () => {
    const target = stack.createTarget();
    await target.deploy({
      commandId: "c1",
      release: stack.writeRelease("one", { web: webService(stack.port) }),
    });
    const check = { kind: "http" as const, path: "/", contains: "version one" };
    const outcome = await target.deploy(
      { commandId: "c2", release: stack.writeRelease("two", { web: webService(stack.port) }) },
      {
        prove: async ({ releaseId }) => {
          expect(releaseId).toBe("two");
          expect(await stack.get()).toBe("version two");
          return [{ check, passed: false, observed: "version two", atMs: Date.now(), tookMs: 1 }];
        },
      },
    );
    expect(outcome).toMatchObject({ outcome: "restored", reason: { code: "checks_failed" } });
    expect(await stack.get()).toBe("version one");
  });

  it("bring their data back where that is asked for", { timeout }, async () => {
    const write = (text: string): string[] => [
      "node",
      "-e",
      `require("fs").writeFileSync("/data/x", ${JSON.stringify(text)})`,
    ];
    const data = db({ volumes: ["things:/data"] });
    const services = { web: webService(stack.port), db: data };
    const more = { volumes: { things: {} } };
    const snapshot = {
      volumes: ["things"],
      dump: { service: "db", command: ["cat", "/data/x"], restore: ["sh", "-c", "cat > /data/again"] },
    };
    const target = stack.createTarget({ snapshot });
    const put = async (text: string): Promise<void> => {
      const [id = ""] = await stack.containers("db");
      await stack.docker("exec", "--user", "1000:1000", id, "true");
      await stack.docker("exec", id, ...write(text));
      await stack.docker("exec", id, "chown", "1000:1001", "/data/x");
    };
    const read = async (file: string): Promise<string> => {
      const [id = ""] = await stack.containers("db");
      return stack.docker("exec", id, "sh", "-c", `cat ${file}; stat -c ' %u:%g' ${file}`);
    };
    const one = stack.writeRelease("one", services, "good", more);
    expect(await target.deploy({ commandId: "c1", release: one })).toMatchObject({ outcome: "deployed" });
    await put("old");
    const two = stack.writeRelease("two", services, "good", more);
    expect(await target.deploy({ commandId: "c2", release: two })).toMatchObject({ outcome: "deployed" });
    await put("new");
    expect(await target.restore({ commandId: "c3", release: one })).toMatchObject({ outcome: "deployed" });
    expect(await read("/data/x")).toBe("new 1000:1001");
    await target.deploy({ commandId: "c4", release: { ...two, releaseId: "two-again" } });
    await put("newest");
    expect(await target.restore({ commandId: "c5", release: one, data: true })).toMatchObject({
      outcome: "deployed",
    });
    // what was kept last while it ran is what comes back
    expect(await read("/data/x")).toBe("new 1000:1001");
    expect(await read("/data/again")).toContain("new");
    expect(await stack.get()).toBe("version one");
  });

  it("may not add dangerous settings that no person accepted", { timeout }, async () => {
    const target = stack.createTarget();
    const harmless = webService(stack.port);
    writeFileSync(
      join(stack.root, "compose.yaml"),
      JSON.stringify({ services: { web: { ...harmless, cap_add: ["SYS_TIME"] } } }),
    );
    mkdirSync(join(stack.root, "dockfra", "monitor"), { recursive: true });
    // the user's own file has it already
    const one = stack.writeRelease("one", { web: { ...harmless, cap_add: ["SYS_TIME"] } });
    expect(await target.deploy({ commandId: "c1", release: one })).toMatchObject({ outcome: "deployed" });
    const before = await stack.containers("web");
    const two = stack.writeRelease("two", { web: { ...harmless, pid: "host", volumes: ["/etc:/host:ro"] } });
    const refused = await target.deploy({ commandId: "c2", release: two });
    expect(refused).toMatchObject({
      outcome: "restored",
      reason: {
        code: "dangerous_change",
        kind: "denied",
        params: { settings: "web: pid host; web: mount /etc (read-only)" },
      },
    });
    expect(await stack.containers("web")).toEqual(before);
    expect(await target.restore({ commandId: "c3", release: two })).toMatchObject({
      reason: { code: "dangerous_change" },
    });
    if (refused.outcome === "deployed") throw new Error("unreachable");
    approveSettings(join(stack.root, "dockfra"), String(refused.reason.params["hashes"]).split(" "), "kim");
    expect(await target.deploy({ commandId: "c4", release: two })).toMatchObject({ outcome: "deployed" });
    expect(await stack.get()).toBe("version two");
  });
});
