import { expect, test } from "vitest";
import { freePort } from "../../../bus/server/ready.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { makeLaunchHouse } from "./launch-house.ts";

const sleeper =
  'image: busybox:latest\n    command: ["sleep", "600"]\n    stop_grace_period: 0s\n    healthcheck: {test: ["CMD", "true"], interval: 300ms}';

describeWithEngine("a launch with something in the way", () => {
  test("starts nothing of any stack, says what to do, and goes on by force; what runs is not in its own way", async () => {
    await using house = await makeLaunchHouse();
    const { scratch, tag } = house;
    const containers = () => house.docker("ps", "-aq", "--filter", `name=${tag}`);
    const port = await freePort();
    const publishing = (name: string, rest = "") =>
      scratch.write(
        `${name}/compose.yml`,
        `name: ${tag}${name}\nservices:\n  web:\n    ${sleeper}\n    ports: ["127.0.0.1:${port}:80"]\n${rest}`,
      );
    const launch = (names: readonly string[], more = {}) =>
      house.run({ do: "launch", stacks: names.map((name) => tag + name), ...more });

    await publishing("first");
    expect(await launch(["first"])).toMatchObject({ state: "done" });
    expect(await launch(["first"])).toMatchObject({ state: "done" });
    expect(await containers()).toHaveLength(1);

    const away = `${tag}nowhere`;
    const nets = `    networks: [away]\nnetworks:\n  away: {external: true, name: ${away}}\n`;
    await publishing("second", nets);
    await scratch.write("third/compose.yml", `name: ${tag}third\nservices:\n  app:\n    ${sleeper}\n`);
    const refused = await launch(["second", "third"]);
    expect(refused).toMatchObject({
      state: "failed",
      error: { code: "launch_in_the_way", params: { stacks: `${tag}second, ${tag}third`, count: 2 } },
      services: [],
    });
    expect(refused.findings).toHaveLength(2);
    expect(refused.findings).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({
          ...{ code: "port_in_use_fixed", severity: "error", stack: `${tag}second`, service: "web" },
          params: expect.objectContaining({ port, holder: `container ${tag}first-web-1 of ${tag}first` }),
        }),
        expect.objectContaining({
          ...{ code: "external_network_missing", stack: `${tag}second` },
          fixes: [expect.objectContaining({ code: "fix_network_create", safe: true })],
        }),
      ]),
    );
    expect(await containers()).toHaveLength(1);
    expect(await launch(["second"], { force: true })).toMatchObject({ error: { code: "launch_failed" } });

    const create = refused.findings?.flatMap(({ fixes = [] }) => fixes).find((one) => one.safe);
    expect(await house.run({ do: "fix", fix: create?.id ?? "" })).toMatchObject({ state: "done" });
    expect(await house.run({ do: "stop", stack: `${tag}first` })).toMatchObject({ state: "done" });
    expect(await launch(["second", "third"])).toMatchObject({ state: "done" });
  });

  test("is told of values and files that Compose would name one at a time", async () => {
    await using house = await makeLaunchHouse();
    const { scratch, tag } = house;
    await scratch.write(
      "compose.yml",
      `name: ${tag}lacks
services:
  app:
    ${sleeper}
    env_file: [own.env]
    environment: {KEY: "\${API_KEY:?}", HOST: "\${API_HOST:?}"}
`,
    );
    const refused = await house.run({ do: "launch", stacks: [] });
    expect(refused).toMatchObject({ state: "failed", error: { code: "launch_in_the_way" } });
    const told = refused.findings?.map(({ code, params }) => `${code} ${String(params["name"] ?? "")}`);
    expect(told?.toSorted()).toEqual([
      "env_file_missing ",
      "value_missing API_HOST",
      "value_missing API_KEY",
    ]);
    // what else Compose has against a file is its own error
    await scratch.write(
      "compose.yml",
      `name: ${tag}lacks\nservices:\n  app: {image: busybox, depends_on: [nobody]}\n`,
    );
    expect((await house.run({ do: "launch", stacks: [] })).error?.code).toBe("compose_config_invalid");
  });
});
