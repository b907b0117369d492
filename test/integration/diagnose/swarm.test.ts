import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inspectContainers } from "../../../stacks/diagnose/gather/engine-facts.ts";
import { openEngine } from "../../../stacks/watch/engine.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { joinSwarm } from "../targets/swarm-stack.ts";
import { openBench, type Bench, type BrokenStack } from "./bench.ts";

describeWithEngine("a stack on a swarm", () => {
  let leave: () => Promise<void>;
  let bench: Bench;
  let stack: BrokenStack;
  let project: string;
  const timeout = 120_000;

  beforeAll(async () => {
    leave = await joinSwarm();
    bench = await openBench();
    const sleep = 'image: busybox:latest, command: [sh, -c, "sleep $$LONG"]';
    stack = await bench.stack("tasks", `services: {good: {${sleep}}, nowhere: {${sleep}}}`);
    ({ project } = stack.place);
    const service = (name: string, long: string, deploy: object) => ({
      [name]: { image: "busybox:latest", command: ["sleep", long], stop_grace_period: "1s", deploy },
    });
    const file = {
      version: "3.8",
      services: {
        ...service("good", "600", { endpoint_mode: "dnsrr" }),
        ...service("again", "1", { endpoint_mode: "dnsrr", restart_policy: { delay: "1s" } }),
        ...service("nowhere", "600", {
          endpoint_mode: "dnsrr",
          placement: { constraints: ["node.labels.nobody == yes"] },
        }),
      },
    };
    const flags = ["--detach=true", "--resolve-image", "never", "--compose-file", "-"];
    await execa("docker", ["stack", "deploy", ...flags, project], { input: JSON.stringify(file) });
  }, timeout);

  afterAll(async () => {
    await execa("docker", ["stack", "rm", "--detach=false", project], { reject: false });
    await bench[Symbol.asyncDispose]();
    await leave();
  }, timeout);

  it("tells which task no machine is fit for", { timeout }, async () => {
    await expect
      .poll(async () => (await stack.causes()).map(({ code }) => code), { timeout: 60_000, interval: 500 })
      .toContain("cause_task_not_placed");
    expect(await stack.cause("cause_task_not_placed", "nowhere")).toMatchObject({
      params: { service: "nowhere", reason: "scheduling constraints not satisfied on 1 node" },
    });
  });

  it("is watched by its services, each task once", { timeout }, async () => {
    const engine = await openEngine();
    const seen = async (): Promise<string[]> =>
      (await engine.containers({ project })).map(({ service }) => service).toSorted();
    const past = async (): Promise<number> => {
      const filter = `label=com.docker.swarm.service.name=${project}_again`;
      return (await execa("docker", ["ps", "--all", "--quiet", "--filter", filter])).stdout.split("\n")
        .length;
    };
    try {
      await expect.poll(past, { timeout: 60_000, interval: 500 }).toBeGreaterThan(1);
      await expect.poll(seen, { timeout: 60_000, interval: 500 }).toEqual(["again", "good"]);
      const { own } = await inspectContainers(project);
      expect(own.map(({ service }) => service).toSorted()).toEqual(["again", "good"]);
    } finally {
      engine.close();
    }
  });
});
