import { expect, test } from "vitest";
import { readServices, type ServicesSource } from "../../../../agents/monitor/stack-service/services.ts";
import type { ContainerFacts, ServiceContainer } from "../../../../stacks/watch/container.ts";

const containers = [
  ["shop2", "a"],
  ["shop", "web10"],
  ["shop", "web9"],
  ["shop", "__proto__"],
].map(([project, service]) => ({
  ...{
    id: `${project}-${service}`,
    name: `${project}-${service}-1`,
    project,
    service,
    image: "x",
    ports: [],
  },
})) as unknown as ServiceContainer[];

const source = {
  engine: {
    containers: () => Promise.resolve(containers),
    inspect: (id: string) =>
      Promise.resolve({
        ...{ state: "running", exitCode: 0, oomKilled: false, restarts: 0, tty: false },
        ...(id === "shop2-a" ? { health: "healthy" } : {}),
      } as ContainerFacts),
  },
  names: { projectsOf: (stack: string) => [stack], stackOf: (project: string) => project },
  updates: { hasUpdate: () => undefined },
} as unknown as ServicesSource;

test("services stand stack by stack, and a health check that is well is told", async () => {
  const services = await readServices(source);
  expect(services.map(({ stack, service }) => `${stack} ${service}`)).toEqual([
    "shop __proto__",
    "shop web9",
    "shop web10",
    "shop2 a",
  ]);
  expect(services.map(({ healthy }) => healthy)).toEqual([undefined, undefined, undefined, true]);
  expect(await readServices(source, "shop2")).toHaveLength(1);
});
