import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { readProjectAtRoot } from "../../../agents/monitor/stack-service/project-reading.ts";
import { findRunning } from "../../../agents/monitor/stack-service/running.ts";
import { listEngineProjects } from "../../../stacks/engine-projects/list.ts";
import { ReleaseStore } from "../../../stacks/releases/release-store.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { makeLaunchHouse } from "./launch-house.ts";

const check = (command: string) =>
  `healthcheck: {test: ["CMD-SHELL", "${command}"], interval: 200ms, retries: 2, timeout: 5s}`;
const service = (name: string, { said = "one", health = "true" } = {}) => `  ${name}:
    image: busybox:latest
    command: ["sleep", "600"]
    stop_grace_period: 0s
    environment: {SAID: "${said}", DB_PASSWORD: "\${DB_PASSWORD}"}
    ${check(health)}
`;

describeWithEngine("launches as releases", () => {
  test("each is listed with what it changed, the same again is the same one, and any of them comes back", async () => {
    await using house = await makeLaunchHouse();
    const { scratch, tag } = house;
    const stack = `${tag}shop`;
    const write = (...services: readonly string[]): Promise<string> =>
      scratch.write("shop/compose.yml", `name: ${stack}\nservices:\n${services.join("")}`);
    const job = "  job:\n    image: busybox:latest\n    command: ['true']\n";
    const launch = () => house.run({ do: "launch", stacks: [stack] });
    const said = async (name = "web") =>
      (await house.docker("exec", `${stack}-${name}-1`, "sh", "-c", "echo $SAID $DB_PASSWORD"))[0];
    const states = async () => (await house.releases(stack)).map(({ state }) => state);
    await scratch.write("shop/.env", "DB_PASSWORD=very-secret-1\n");
    const file = await write(service("web"), job);

    const first = await launch();
    expect(first).toMatchObject({ state: "done", result: { release: expect.stringMatching(/^launch\./) } });
    expect((await launch()).result?.["release"]).toBe(first.result?.["release"]);
    const [only, ...others] = await house.releases(stack);
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      ...{ id: first.result?.["release"], stack, by: "ada", state: "current", restorable: true },
      images: expect.arrayContaining([
        { service: "web", image: "busybox:latest", digest: expect.stringMatching(/^sha256:/) },
      ]),
    });
    expect(only?.commit).toBeUndefined();
    expect(only?.ranAtMs).toBeGreaterThan(only?.atMs ?? 0);

    await write(service("web", { said: "two" }), job);
    const second = await launch();
    expect(await said()).toBe("two very-secret-1");
    const diff = await house.diff(stack, String(second.result?.["release"]));
    expect(diff).toContain("-      SAID: one");
    expect(diff).toContain("+      SAID: two");
    expect(diff).not.toContain("very-secret");

    await write(service("web", { said: "three" }), service("late", { health: "false" }));
    const third = await launch();
    expect(third).toMatchObject({ state: "failed", error: { params: { rollback: stack } } });
    expect(third.diagnoses).toMatchObject([
      { code: "cause_unhealthy", severity: "error", service: "late", fixes: [{ code: "fix_restart" }] },
    ]);
    expect(await states()).toEqual(["failed", "current", "kept"]);

    const written = await readFile(file, "utf8");
    const back = await house.run({ do: "rollback", stack });
    expect(back).toMatchObject({ state: "done", result: { release: second.result?.["release"] } });
    expect(await said()).toBe("two very-secret-1");
    expect(await house.docker("ps", "-aq", "--filter", `name=${stack}-late`)).toEqual([]);

    const further = await house.run({ do: "rollback", stack });
    expect(further).toMatchObject({ state: "done", result: { release: first.result?.["release"] } });
    expect(await said()).toBe("one very-secret-1");
    expect(await states()).toEqual(["failed", "kept", "current"]);
    expect(await readFile(file, "utf8")).toBe(written);
    expect((await house.run({ do: "rollback", stack, release: "launch.nothing" })).error?.code).toBe(
      "release_unknown",
    );
  });

  test("what a ticket brought is replaced only by a person who knows of it", async () => {
    await using house = await makeLaunchHouse();
    const { scratch, tag } = house;
    const stack = `${tag}web`;
    const label = "labels: {dockfra.release: ticket.one}";
    const write = (...lines: readonly string[]): Promise<string> =>
      scratch.write("web/compose.yml", `name: ${stack}\nservices:\n${lines.join("")}`);
    await scratch.write("web/.env", "DB_PASSWORD=s\n");
    await write(service("web"), `    ${label}\n`);
    const launched = await house.run({ do: "launch", stacks: [stack] });
    const store = new ReleaseStore(scratch.path("dockfra"), stack);
    const config = store.config(String(launched.result?.["release"])) ?? "";
    const commit = "a".repeat(40);
    store.add(
      {
        ...{ id: "ticket.one", by: "T-0007", ticket: "T-0007", commit, commandId: "c", images: [] },
        ...{ atMs: Date.now(), ranAtMs: Date.now(), outcome: "deployed" },
      },
      { config, images: [] },
    );
    await write(service("web"));
    expect((await house.preflight(stack)).map(({ code }) => code)).not.toContain("release_replaced");
    await write(service("web", { said: "mine" }));
    const found = (await house.preflight(stack)).find(({ code }) => code === "release_replaced");
    expect(found).toMatchObject({
      ...{ severity: "warning", stack, hash: expect.stringMatching(/^[0-9a-f]{16}$/) },
      params: { release: "ticket.one", ticket: "T-0007", commit: "aaaaaaa", services: "web" },
    });
    const refused = await house.run({ do: "launch", stacks: [stack] });
    expect(refused).toMatchObject({ state: "failed", error: { code: "launch_replaces_release" } });
    const approve = [found?.hash ?? ""];
    expect((await house.run({ do: "launch", stacks: [stack], approve })).state).toBe("done");
    expect((await house.preflight(stack)).map(({ code }) => code)).not.toContain("release_replaced");
  });

  test("what a person started with -f is seen, and told before a launch takes other files", async () => {
    await using house = await makeLaunchHouse();
    const { scratch, tag, docker } = house;
    const { dir: root } = scratch;
    const stack = `${tag}web`;
    const more =
      "services: {extra: {image: busybox:latest, command: [sleep, '600'], stop_grace_period: 0s}}\n";
    await scratch.write("web/.env", "DB_PASSWORD=s\n");
    await scratch.write("web/compose.yml", `name: ${stack}\nservices:\n${service("web")}`);
    await scratch.write("web/more.yml", more);
    await scratch.write("other/only.yml", more);
    const up = (project: string, ...files: readonly string[]) =>
      docker(
        ...["compose", "--project-name", project],
        ...files.flatMap((file) => ["--file", scratch.path(file)]),
        ...["up", "--detach"],
      );
    const warned = async () =>
      (await house.preflight(stack)).filter(({ code }) => code === "started_with_other_files");
    await up(stack, "web/compose.yml");
    expect(await warned()).toEqual([]);
    await up(stack, "web/compose.yml", "web/more.yml");
    expect(await warned()).toMatchObject([
      { severity: "warning", params: { running: "compose.yml, more.yml", chosen: "compose.yml" } },
    ]);
    await up(`${tag}other`, "other/only.yml");
    const projects = (await listEngineProjects())?.filter(({ name }) => name.startsWith(tag));
    const stateDir = scratch.path("dockfra");
    const { elsewhere } = await findRunning(await readProjectAtRoot(root, stateDir), {
      ...{ stateDir, listProjects: () => Promise.resolve(projects) },
      readElsewhere: () => Promise.reject(new Error("Nobody runs outside of ROOT.")),
    });
    expect(elsewhere).toMatchObject([
      { name: `${tag}other`, files: [scratch.path("other/only.yml")], services: [{ name: "extra" }] },
    ]);
    // said in dockfra.yaml it is what counts
    await scratch.write("dockfra.yaml", "stacks: {web: {dir: web, files: [compose.yml, more.yml]}}\n");
    expect(await warned()).toEqual([]);
  });
});
