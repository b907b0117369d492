import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../../support/engine.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";
import { freePort } from "../targets/free-port.ts";
import { makePreflightHouse, oneService } from "./preflight-house.ts";

let registry: ChildProcess | undefined;
let place: Scratch;
let address = "";

const hasRegistry = (await execa("docker-registry", ["--version"], { reject: false })).exitCode === 0;

beforeAll(async () => {
  if (!hasRegistry) return;
  place = await makeScratch();
  address = `127.0.0.1:${await freePort()}`;
  const config = await place.write(
    "registry.yml",
    `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${place.dir}/data } }\nhttp: { addr: "${address}" }\n`,
  );
  registry = spawn("docker-registry", ["serve", config], { stdio: "ignore" });
  for (let turn = 0; turn < 100; turn++) {
    const answer = await fetch(`http://${address}/v2/`).catch(() => undefined);
    if (answer?.ok) break;
    await sleep(50);
  }
});

afterAll(async () => {
  if (!registry) return;
  registry.kill();
  await once(registry, "exit");
  await place[Symbol.asyncDispose]();
});

describeWithEngine("images of a registry before a launch", () => {
  test.runIf(hasRegistry)(
    "one that can be had is no finding; one that is not there, or is for others, is",
    async () => {
      await using house = await makePreflightHouse();
      const [here, arm] = [`${address}/${house.tag}:1`, `${address}/${house.tag}-arm:1`];
      await house.docker("tag", "busybox", here);
      await house.docker("push", "--quiet", here);
      await house.docker("rmi", here);
      await house.scratch.write("arm/Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
      const build = ["build", "--quiet", "--platform", "linux/arm64", "--provenance=false", "--tag", arm];
      await house.docker(...build, house.scratch.path("arm"));
      await house.docker("push", "--quiet", arm);
      await house.scratch.write(
        "shop/compose.yaml",
        [
          oneService(`${house.tag}i`, []),
          `  here: { image: "${here}" }`,
          `  gone: { image: "${address}/${house.tag}:none" }`,
          `  never: { image: "${here}", pull_policy: never }`,
          `  local: { image: "${arm}" }`,
          "",
        ].join("\n"),
      );
      const of = async (service: string) =>
        (await house.look())
          .filter((one) => one.service === service)
          .map(({ code, severity }) => [code, severity]);
      expect(await of("here")).toEqual([]);
      expect(await of("gone")).toEqual([["image_unknown", "error"]]);
      expect(await of("never")).toEqual([["image_not_here", "error"]]);
      expect(await of("local")).toEqual([["image_architecture", "error"]]);
      await house.docker("rmi", arm);
      expect(await of("local")).toEqual([["image_other_platform", "error"]]);
    },
  );
});
