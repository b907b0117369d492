import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { execa } from "execa";
import { afterEach, expect, test } from "vitest";
import { createProcessSandbox } from "../../../agents/container/sandbox.ts";
import { watchIncidents } from "../../../agents/monitor/incidents/watch-incidents.ts";
import { readProjectAtRoot } from "../../../agents/monitor/stack-service/project-reading.ts";
import { createPatientClient } from "../../../agents/runtime/patient-client.ts";
import { silentLogger } from "../../../bus/kernel/log.ts";
import type { IncidentView } from "../../../bus/messages/incident.ts";
import { selectTarget } from "../../../stacks/targets/select-target.ts";
import { createHouse, type House } from "../../orchestrator/support/house.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { freePort } from "../targets/free-port.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

interface Scene {
  readonly house: House;
  readonly scratch: Scratch;
  readonly tag: string;
  readonly compose: (...words: readonly string[]) => Promise<unknown>;
  readonly incidents: () => Promise<readonly IncidentView[]>;
  /** Starts the watch; the answer ends it. */
  readonly watch: () => () => Promise<void>;
}

async function begin(service: string, settings = ""): Promise<Scene> {
  const tag = `dfi${randomBytes(3).toString("hex")}`;
  const scratch = await makeScratch();
  cleanups.push(async () => scratch[Symbol.asyncDispose]());
  await scratch.write(
    "compose.yml",
    `name: ${tag}\nservices:\n  web:\n    image: busybox\n    stop_grace_period: 0s\n${service}`,
  );
  await scratch.write(
    "dockfra.yaml",
    `incidents: {quiet_s: 3, checks_every_s: 1, unhealthy_s: 1}\n${settings}`,
  );
  await scratch.write("dockfra/.env", "SHOP_PASSWORD=correct-horse-battery\n");
  await scratch.write("switch/ok", "");
  const compose = (...words: readonly string[]) =>
    execa("docker", ["compose", "--project-directory", scratch.dir, "--env-file", "/dev/null", ...words], {
      stdin: "ignore",
    });
  cleanups.push(() => compose("down", "--volumes", "--timeout", "0"));
  const house = await createHouse({ crew: false });
  cleanups.push(async () => house[Symbol.asyncDispose]());
  await house.orchestrator();
  const root = scratch.dir;
  const stateDir = scratch.path("dockfra");
  const monitor = house.bus.worker("monitor", "monitor-1");
  const watch = () => {
    const stop = new AbortController();
    const { signal } = stop;
    const running = watchIncidents({
      ...{ signal, log: silentLogger, pauseMs: 200 },
      source: { read: () => readProjectAtRoot(root, stateDir) },
      services: {
        client: createPatientClient(monitor, { signal, patienceMs: 2_000 }),
        ...{ root, stateDir, instance: "monitor-1", sandbox: createProcessSandbox(root) },
        chooseTarget: async (project, { name }) =>
          selectTarget(project, name, { root, stateDir, engineAvailable: true }).target,
      },
    });
    const end = async () => {
      stop.abort();
      await running;
    };
    cleanups.push(end);
    return end;
  };
  return {
    ...{ house, scratch, tag, compose, watch },
    incidents: async () => (await house.operator.ask("incident.list", {})).incidents,
  };
}

const switched = (
  ending: string,
  more = "",
): string => `    command: ["sh", "-c", "echo password correct-horse-battery; echo at /app/cart.js:3; while test -f /switch/ok; do sleep 0.1; done; ${ending}"]
    restart: always
    environment: ["P=\${SHOP_PASSWORD:-}"]
    volumes: ["./switch:/switch:ro"]
${more}`;
const soon = { timeout: 60_000, interval: 200 };

describeWithEngine("what goes wrong in production", () => {
  test("a crash loop opens one ticket, which closes when it stayed away, and opens again when it is back", async () => {
    const { house, scratch, tag, compose, incidents, watch } = await begin(switched("exit 3"));
    const end = watch();
    await compose("up", "--detach");
    await expect.poll(async () => (await incidents()).length, { timeout: 1_500 }).toBe(0);
    await rm(scratch.path("switch/ok"));
    await expect
      .poll(incidents, soon)
      .toMatchObject([{ key: `${tag}-web-crash_loop`, state: "open", code: "crash_loop" }]);
    const { tickets } = await house.operator.ask("ticket.list", {});
    expect(tickets).toMatchObject([
      { labels: ["incident", "crash_loop"], author: { trusted: false }, stack: tag },
    ]);
    const [ticket] = tickets;
    expect(ticket?.title).toBe(`web of ${tag} ends again and again (exit 3)`);
    expect(ticket?.description.head).toContain("at /app/cart.js:3");
    expect(ticket?.description.head).not.toContain("correct-horse");

    // while nobody looks, nobody knows
    await end();
    await scratch.write("switch/ok", "");
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    watch();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await incidents()).toMatchObject([{ state: "open" }]);
    await expect.poll(incidents, soon).toMatchObject([{ state: "over" }]);
    await house.until(ticket?.id ?? "", "closed");

    await rm(scratch.path("switch/ok"));
    await expect.poll(incidents, soon).toMatchObject([{ state: "open", ticket: ticket?.id }]);
    await house.until(ticket?.id ?? "", "reopened");
    expect((await house.operator.ask("ticket.list", {})).total).toBe(1);
  }, 120_000);

  test("a service that gave up is not over, however quiet it is", async () => {
    const { scratch, compose, incidents, watch } = await begin(
      switched("exit 3").replace("restart: always", "restart: on-failure:3"),
    );
    watch();
    await rm(scratch.path("switch/ok"));
    await compose("up", "--detach");
    await expect.poll(incidents, soon).toMatchObject([{ state: "open" }]);
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    expect(await incidents()).toMatchObject([{ state: "open" }]);
  }, 60_000);

  test("what people stop, start and make anew opens nothing", async () => {
    const { compose, incidents, watch } = await begin(switched("exit 3"));
    watch();
    for (let count = 0; count < 4; count++) {
      await compose("up", "--detach", "--force-recreate");
      await compose("restart", "--timeout", "0");
      await compose("kill");
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await incidents()).toEqual([]);
  }, 60_000);

  test("a container that is ended for its memory, and one that stays unhealthy, have a ticket each", async () => {
    const { compose, incidents, tag, watch } = await begin(
      `${switched("exit 0").replace('command: ["sh", "-c", "', 'command: ["sh", "-c", "sleep 1; tail /dev/zero; ')}    mem_limit: 16m
  sick:
    image: busybox
    stop_grace_period: 0s
    command: ["sleep", "600"]
    healthcheck: {test: ["CMD", "false"], interval: 300ms, retries: 1, timeout: 2s}
`,
    );
    watch();
    await compose("up", "--detach");
    await expect
      .poll(async () => (await incidents()).map(({ key }) => key).toSorted(), soon)
      .toEqual([`${tag}-sick-stays_unhealthy`, `${tag}-web-out_of_memory`]);
  }, 90_000);

  test("a check of any kind that fails on what runs opens one ticket, and is over when it passes", async () => {
    const port = await freePort();
    const says =
      "httpd -p 80 -h /switch; while true; do test -f /switch/bad && echo it went boom; sleep 0.2; done";
    const { compose, house, incidents, scratch, tag, watch } = await begin(
      `    command: ["sh", "-c", "${says}"]\n    volumes: ["./switch:/switch:ro"]\n    ports: ["127.0.0.1:${port}:80"]\n`,
    );
    await scratch.write("switch/fine", "");
    await scratch.write(
      "dockfra.yaml",
      `incidents: {quiet_s: 3, checks_every_s: 1}\nchecks: ['GET /ok -> 200', 'log lacks "boom"', {command: [test, -f, switch/fine]}]\ndeploy: {shop: {target: compose, project: ${tag}, url: "http://127.0.0.1:${port}"}}\n`,
    );
    await compose("up", "--detach");
    watch();
    const state = async () => (await incidents()).map((one) => `${one.key} ${one.state} ${one.title}`);
    const opens = async (what: string): Promise<void> => {
      const wanted = expect.stringMatching(new RegExp(`^shop-check_fails open .*${what}`));
      await expect.poll(state, soon).toEqual([wanted]);
    };
    const ends = async (): Promise<void> => {
      await expect.poll(state, soon).toEqual([expect.stringContaining("shop-check_fails over")]);
    };
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await incidents()).toEqual([]);
    for (const [path, what] of [
      ["switch/ok", "/ok"],
      ["switch/fine", "command"],
    ] as const) {
      await rm(scratch.path(path));
      await opens(what);
      await scratch.write(path, "");
      await ends();
    }
    // what was said once stays in the log, and is no symptom for ever
    await scratch.write("switch/bad", "");
    await opens("boom");
    const { tickets } = await house.operator.ask("ticket.list", {});
    expect(tickets).toMatchObject([{ labels: ["incident", "check_fails"] }]);
    await rm(scratch.path("switch/bad"));
    await ends();
  }, 120_000);
});
