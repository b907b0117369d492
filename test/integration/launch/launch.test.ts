import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { describeWithEngine } from "../../support/engine.ts";
import { makeLaunchHouse } from "./launch-house.ts";

const busybox = "busybox:latest";
const sleeper = `image: ${busybox}\n    command: ["sleep", "600"]\n    stop_grace_period: 0s`;
const check = (command: string) =>
  `healthcheck: {test: ["CMD-SHELL", "${command}"], interval: 300ms, retries: 3, timeout: 5s}`;

describeWithEngine("launch", () => {
  test("what is healthy, runs, or has finished is told per service, with values of all layers", async () => {
    await using house = await makeLaunchHouse();
    const { scratch, tag } = house;
    await scratch.write("dockfra.yaml", "env:\n  FROM_PROJECT: {default: p1}\n");
    await scratch.write("dockfra/.env", "FROM_ENV_FILE=e1\n");
    await scratch.write(
      "shop/compose.yml",
      `name: ${tag}shop
services:
  db:
    ${sleeper}
    ${check("test -f /tmp/up || { touch /tmp/up; exit 1; }")}
  web:
    ${sleeper}
    depends_on: {db: {condition: service_healthy}}
    environment: ["SAID=\${FROM_PROJECT}-\${FROM_ENV_FILE}"]
  migrate:
    image: ${busybox}
    command: ["true"]
    restart: "no"
  tool:
    ${sleeper}
    profiles: [tools]
`,
    );
    const job = await house.run({ do: "launch", stacks: [] });
    expect(job).toMatchObject({ state: "done", result: { stacks: `${tag}shop`, services: 3 } });
    const steps = Object.fromEntries(
      job.services.map(({ service, step, detail }) => [service, [step, detail]]),
    );
    expect(steps).toEqual({
      db: ["healthy", undefined],
      web: ["done", "running"],
      migrate: ["done", "finished"],
    });
    const [env] = await house.docker("exec", `${tag}shop-web-1`, "sh", "-c", "echo $SAID");
    expect(env).toBe("p1-e1");
    const codes = house.told.map(({ code }) => code);
    expect(codes[0]).toBe("job_started");
    expect(codes.at(-1)).toBe("job_done");
    const dbSteps = house.told
      .filter(({ params }) => params["service"] === "db")
      .map(({ params }) => params["step"]);
    expect([...new Set(dbSteps.filter((step) => step !== undefined))]).toEqual([
      ...["waiting", "create", "start", "healthy"],
    ]);
    const again = await house.run({ do: "launch", stacks: [`${tag}shop`] });
    expect(again.state).toBe("done");
    const stopped = await house.run({ do: "stop", stack: `${tag}shop`, services: ["web"] });
    expect(stopped).toMatchObject({ state: "done", result: { stopped: 1 } });
    const restarted = await house.run({ do: "restart", stack: `${tag}shop`, services: ["web"] });
    expect(restarted).toMatchObject({ state: "done", services: [{ service: "web", step: "done" }] });
    expect(await house.run({ do: "stop", stack: `${tag}shop` })).toMatchObject({ state: "done" });
    expect(await house.docker("ps", "-q", "--filter", `name=${tag}`)).toEqual([]);
  });

  test("a service that crashes five seconds after its start makes the launch fail with its lines", async () => {
    await using house = await makeLaunchHouse();
    const { scratch, tag } = house;
    await scratch.write(
      "compose.yml",
      `name: ${tag}late\nservices:\n  app:\n    image: ${busybox}\n    restart: unless-stopped\n    command: ["sh", "-c", "sleep 5; echo the disk is gone; exit 3"]\n    stop_grace_period: 0s\n`,
    );
    const job = await house.run({ do: "launch", stacks: [] });
    expect(job).toMatchObject({ state: "failed", services: [{ service: "app", step: "failed" }] });
    expect(["service_restarting", "service_exited"]).toContain(job.error?.code);
    expect(job.error?.params).toMatchObject({ service: "app", exitCode: 3 });
    expect(job.log).toContain("the disk is gone");
  });

  test("a check that fails, and an image that is nowhere, are told as what they are", async () => {
    await using house = await makeLaunchHouse();
    const { scratch, tag } = house;
    await scratch.write(
      "ill/compose.yml",
      `name: ${tag}ill\nservices:\n  app:\n    ${sleeper}\n    ${check("echo no answer; exit 1")}\n`,
    );
    await scratch.write(
      "lost/compose.yml",
      `name: ${tag}lost\nservices:\n  app: {image: "127.0.0.1:9/nothing:1"}\n`,
    );
    expect(await house.run({ do: "launch", stacks: [`${tag}ill`] })).toMatchObject({
      state: "failed",
      error: { code: "service_unhealthy", params: { service: "app", output: "no answer" } },
    });
    const lost = await house.run({ do: "launch", stacks: [`${tag}lost`] });
    expect(lost).toMatchObject({ state: "failed", error: { code: "launch_failed" } });
    expect(lost.services).toMatchObject([{ service: "app", step: "failed" }]);
    expect(lost.error?.message).toContain("127.0.0.1:9");
  });

  test("a build is followed step by step, and one that fails names its line", async () => {
    await using house = await makeLaunchHouse();
    const { scratch, tag } = house;
    await scratch.write(
      "compose.yml",
      `name: ${tag}built\nservices:\n  app:\n    build: .\n    image: ${tag}built:1\n    command: ["sleep", "600"]\n    stop_grace_period: 0s\n    ${check("true")}\n`,
    );
    await scratch.write("Dockerfile", `FROM ${busybox}\nRUN echo one ${tag}\nRUN echo two\n`);
    const job = await house.run({ do: "launch", stacks: [], build: true });
    expect(job).toMatchObject({ state: "done", services: [{ service: "app", step: "healthy" }] });
    expect(job.log).toContain(`one ${tag}`);
    const details = house.told.flatMap(({ params }) =>
      params["step"] === "build" ? [params["detail"]] : [],
    );
    expect(details.join("\n")).toContain("RUN echo");
    await scratch.write("Dockerfile", `FROM ${busybox}\nRUN nosuchcommand\n`);
    const broken = await house.run({ do: "launch", stacks: [], build: true });
    expect(broken).toMatchObject({ state: "failed", error: { code: "launch_failed" } });
    expect(broken.error?.message).toContain("RUN nosuchcommand");
    expect(await house.docker("ps", "-q", "--filter", `name=${tag}`)).toHaveLength(1);
  });

  test("cancelled in its build or while it waits, a launch leaves what ran before and lets go of the rest", async () => {
    await using house = await makeLaunchHouse();
    const { scratch, tag } = house;
    const file = (more: string) =>
      `name: ${tag}slow\nservices:\n  old:\n    ${sleeper}\n    ${check("true")}\n${more}`;
    await scratch.write("compose.yml", file(""));
    expect((await house.run({ do: "launch", stacks: [] })).state).toBe("done");
    const [old] = await house.docker("ps", "-q", "--filter", `name=${tag}`);
    await scratch.write("compose.yml", file(`  built:\n    build: .\n    image: ${tag}slow:1\n`));
    await scratch.write("Dockerfile", `FROM ${busybox}\nRUN echo begun ${tag}; sleep 60\n`);
    const building = await house.begin({ do: "launch", stacks: [] });
    await house.wait(building, ({ log }) => log.some((line) => line.startsWith("begun")));
    const startMs = performance.now();
    expect(await house.cancel(building)).toMatchObject({ state: "cancelled" });
    expect(performance.now() - startMs).toBeLessThan(8_000);
    expect(await house.docker("ps", "-aq", "--filter", `name=${tag}`)).toEqual([old]);
    await scratch.write(
      "compose.yml",
      file(`  new:\n    ${sleeper}\n    ${check("exit 1").replace("retries: 3", "retries: 900")}\n`),
    );
    const waiting = await house.begin({ do: "launch", stacks: [] });
    await house.wait(waiting, ({ services }) =>
      services.some(({ service, step }) => service === "new" && step === "start"),
    );
    expect(await house.cancel(waiting)).toMatchObject({ state: "cancelled" });
    expect(await house.docker("ps", "-aq", "--filter", `name=${tag}`)).toEqual([old]);
  });

  test("stacks start in the order in which they need each other, on a shared network that is made for them", async () => {
    await using house = await makeLaunchHouse();
    const { scratch, tag } = house;
    await scratch.write(
      "a-web/compose.yml",
      `name: ${tag}web\nservices:\n  web:\n    ${sleeper}\n    ${check("true")}\n    networks: [back, shared]\nnetworks:\n  back: {external: true, name: ${tag}back}\n  shared: {external: true, name: ${tag}-shared}\n`,
    );
    await scratch.write(
      "b-db/compose.yml",
      `name: ${tag}db\nservices:\n  db:\n    ${sleeper}\n    ${check("true")}\n    networks: [back]\nnetworks:\n  back: {name: ${tag}back}\n`,
    );
    const job = await house.run({ do: "launch", stacks: [] });
    expect(job).toMatchObject({ state: "done", result: { services: 2 } });
    const created = house.told
      .filter(({ params }) => params["step"] === "create")
      .map(({ params }) => params["service"]);
    expect(created.indexOf("db")).toBeLessThan(created.indexOf("web"));
    expect(await house.docker("network", "ls", "-q", "--filter", `label=dockfra.prefix=${tag}`)).toHaveLength(
      1,
    );
    await house.docker("rm", "-f", `${tag}db-db-1`);
    await scratch.write(
      "b-db/compose.yml",
      `name: ${tag}db\nservices:\n  db:\n    image: ${busybox}\n    command: ["false"]\n    networks: [back]\nnetworks:\n  back: {name: ${tag}back}\n`,
    );
    const failed = await house.run({ do: "launch", stacks: [] });
    expect(failed).toMatchObject({
      state: "failed",
      error: { code: "service_exited", params: { service: "db" } },
    });
  });

  test("names that nothing has are refused, and the installation itself is", async () => {
    await using house = await makeLaunchHouse();
    const { scratch, tag } = house;
    await scratch.write("compose.yml", `name: ${tag}x\nservices:\n  x:\n    ${sleeper}\n`);
    expect(await house.run({ do: "launch", stacks: ["-v"] })).toMatchObject({
      error: { code: "stack_unknown" },
    });
    expect(await house.run({ do: "restart", stack: `${tag}x` })).toMatchObject({
      error: { code: "stack_not_running" },
    });
    for (const verb of ["stop", "restart"] as const)
      expect(await house.run({ do: verb, stack: `${tag}nope` })).toMatchObject({
        error: { code: "stack_unknown", params: { known: `${tag}x` } },
      });
    await expect(house.releases(`${tag}nope`)).rejects.toMatchObject({
      ...{ kind: "not_found", code: "stack_unknown", params: { known: expect.stringContaining(`${tag}x`) } },
    });
    expect(await house.releases(`${tag}x`)).toEqual([]);
    expect(await house.run({ do: "approve", hashes: ["0123456789abcdef"] })).toMatchObject({
      error: { code: "approval_unknown", params: { known: "none" } },
    });
    expect(await house.run({ do: "stop", stack: `${tag}-app` })).toMatchObject({
      error: { code: "own_project" },
    });
  });

  test("what a swarm, a process or a device runs is not started a second time", async () => {
    await using house = await makeLaunchHouse();
    const { scratch, tag } = house;
    const write = (dir: string, name: string) =>
      scratch.write(`${dir}/compose.yml`, `name: ${tag}${name}\nservices:\n  x:\n    ${sleeper}\n`);
    for (const name of ["many", "one", "plain", "beside"]) await write(name, name);
    const process = `{target: process, command: [node, x.js], url: "http://127.0.0.1:1", health: /}`;
    await scratch.write(
      "dockfra.yaml",
      `deploy:
  crowd: {target: swarm, project: ${tag}many, dir: many, url: "http://127.0.0.1:1"}
  ${tag}one: ${process}
  lone: ${process.replace("{", "{dir: beside, ")}
`,
    );
    const command = "dockfra deploy crowd";
    const error = { code: "stack_elsewhere", params: { stack: `${tag}many`, target: "swarm", command } };
    for (const stack of ["crowd", "many", `${tag}many`])
      expect(await house.run({ do: "launch", stacks: [stack] })).toMatchObject({ state: "failed", error });
    expect(await house.run({ do: "launch", stacks: [`${tag}plain`, `${tag}one`] })).toMatchObject({
      error: { code: "stack_elsewhere", params: { target: "process", command: `dockfra deploy ${tag}one` } },
    });
    expect(await house.docker("ps", "-aq", "--filter", `name=${tag}`)).toEqual([]);
    const all = await house.run({ do: "launch", stacks: [] });
    // what has only its directory in common with a process is something else
    expect(all).toMatchObject({ state: "done", result: { stacks: `${tag}beside, ${tag}plain` } });
    const left = all.log.filter((line) => line.includes("left out"));
    expect(left).toHaveLength(2);
    expect(left.join("\n")).toContain(command);
    expect(await house.run({ do: "restart", stack: "crowd" })).toMatchObject({
      error: { params: { command: `docker service update --force ${tag}many_SERVICE` } },
    });
    expect(await house.run({ do: "stop", stack: `${tag}one` })).toMatchObject({
      error: { code: "stack_not_running", params: { command: `dockfra deploy ${tag}one` } },
    });
  });

  test("the app's code is cloned as a job, once", async () => {
    await using house = await makeLaunchHouse();
    const { scratch } = house;
    await scratch.write("source/hello.txt", "hello\n");
    const git = (...words: readonly string[]) => execa("git", ["-C", scratch.path("source"), ...words]);
    await git("init", "--quiet", "--initial-branch", "main");
    await git("add", "-A");
    await git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "one");
    await scratch.write("dockfra/.env", `GIT_REPO_URL=${scratch.path("source")}\n`);
    const job = await house.run({ do: "clone-app" });
    expect(job).toMatchObject({ state: "done", result: { dir: scratch.path("app"), branch: "main" } });
    expect(await readFile(scratch.path("app/hello.txt"), "utf8")).toBe("hello\n");
    expect(await house.run({ do: "clone-app" })).toMatchObject({ error: { code: "app_exists" } });
  });
});
