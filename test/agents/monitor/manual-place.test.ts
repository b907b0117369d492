import { expect, test } from "vitest";
import { findPlace } from "../../../agents/monitor/manual-place.ts";
import type { MonitorServices } from "../../../agents/monitor/services.ts";
import type { Facts } from "../../../agents/runtime/project.ts";

const services = { stateDir: "/nowhere" } as MonitorServices;
const stack = { name: "shop", dir: "", files: ["compose.yaml"], deployable: true };
const repo = { name: "shop", dir: "", baseBranch: "main" } as Facts["repos"][number];
const facts = (repos: Facts["repos"]): Facts => ({ root: "/srv", stacks: [stack], repos }) as Facts;

test("what is deployed comes from the only repository; without one the way out is told, and of two one has to be named", () => {
  expect(findPlace(services, facts([repo]), "shop")).toMatchObject({ repo: { name: "shop" } });
  expect(() => findPlace(services, facts([]), "shop")).toThrow(
    expect.objectContaining({
      code: "deploy_without_repository",
      message: expect.stringContaining("dockfra launch shop"),
    }),
  );
  expect(() => findPlace(services, facts([repo, { ...repo, name: "blog" }]), "shop")).toThrow(
    expect.objectContaining({ code: "stack_repo_unclear", params: { stack: "shop", known: "shop, blog" } }),
  );
});
