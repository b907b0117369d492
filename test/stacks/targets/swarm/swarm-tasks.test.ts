import { describe, expect, it } from "vitest";
import {
  judge,
  SwarmService,
  SwarmTask,
  toContainerViews,
} from "../../../../stacks/targets/swarm/swarm-tasks.ts";

let count = 0;

function service(settings: string, more: object = {}, replicas = 1): SwarmService {
  return SwarmService.parse({
    ID: "s",
    Spec: {
      Name: "shop_web",
      TaskTemplate: { ContainerSpec: { Labels: { "dockfra.settings": settings } } },
      Mode: { Replicated: { Replicas: replicas } },
    },
    ...more,
  });
}

function task(
  settings: string,
  state: string,
  more: { desired?: string; slot?: number; error?: string; health?: string[] } = {},
): SwarmTask {
  const { desired = "running", slot = 1, error = "", health } = more;
  return SwarmTask.parse({
    ID: `t${++count}`,
    ServiceID: "s",
    Slot: slot,
    CreatedAt: new Date(count * 1_000).toISOString(),
    DesiredState: desired,
    Spec: {
      ContainerSpec: {
        Labels: { "dockfra.settings": settings, "dockfra.command": settings },
        ...(health ? { Healthcheck: { Test: health } } : {}),
      },
    },
    Status: { State: state, Err: error },
  });
}

const none = new Set<string>();
const look = (now: SwarmService, tasks: SwarmTask[], old: ReadonlySet<string> = none): string =>
  judge({ services: [now], tasks }, old).state;
const failed = (settings = "b") => task(settings, "failed", { desired: "shutdown", error: "exit (3)" });

describe("a stack that comes up", () => {
  it("is up when all of it is what is wanted now", () => {
    expect(look(service("b"), [])).toBe("waiting");
    expect(look(service("b"), [task("b", "starting")])).toBe("waiting");
    expect(look(service("b"), [task("b", "running")])).toBe("up");
    expect(look(service("b", {}, 2), [task("b", "running")])).toBe("waiting");
    expect(look(service("b", {}, 2), [task("b", "running"), task("b", "running", { slot: 2 })])).toBe("up");
    expect(look(service("b", {}, 0), [])).toBe("up");
  });

  it("is not up while the former tasks are what runs, or the update goes on", () => {
    expect(look(service("b"), [task("a", "running")])).toBe("waiting");
    expect(look(service("b"), [task("a", "running"), task("b", "running")])).toBe("waiting");
    expect(look(service("b"), [task("a", "shutdown", { desired: "shutdown" }), task("b", "running")])).toBe(
      "up",
    );
    expect(look(service("b", { UpdateStatus: { State: "updating" } }), [task("b", "running")])).toBe(
      "waiting",
    );
    expect(look(service("b", { UpdateStatus: { State: "completed" } }), [task("b", "running")])).toBe("up");
  });

  it("has failed when its update was stopped, nothing is tried again, or too much was", () => {
    const paused = { UpdateStatus: { State: "paused", Message: "update paused" } };
    expect(judge({ services: [service("b", paused)], tasks: [failed()] }, none)).toEqual({
      state: "failed",
      why: "shop_web: exit (3)",
    });
    expect(look(service("b"), [failed()])).toBe("failed");
    expect(look(service("b"), [failed(), task("b", "ready", { desired: "ready" })])).toBe("waiting");
    expect(look(service("b"), [failed(), failed(), task("b", "running")])).toBe("up");
    expect(look(service("b"), [failed(), failed(), failed(), task("b", "running")])).toBe("failed");
  });

  it("is not held to what failed before", () => {
    const before = [failed(), failed(), failed()];
    const old = new Set(before.map(({ ID }) => ID));
    expect(look(service("b"), [...before, task("b", "running")], old)).toBe("up");
    expect(look(service("b"), [failed("a"), failed("a"), failed("a"), task("b", "running")])).toBe("up");
  });

  it("takes a job that ended as it is wanted, and not what has a health check", () => {
    const ended = (health?: string[]) =>
      task("b", "complete", { desired: "shutdown", ...(health ? { health } : {}) });
    expect(look(service("b"), [ended()])).toBe("up");
    expect(look(service("b"), [ended(["NONE"])])).toBe("up");
    expect(judge({ services: [service("b")], tasks: [ended(["CMD", "true"])] }, none)).toEqual({
      state: "failed",
      why: "shop_web: it ended, maybe for its health check",
    });
  });
});

describe("a stack's tasks as containers", () => {
  const views = (now: SwarmService, tasks: SwarmTask[]) =>
    toContainerViews({ services: [now], tasks }, "shop").map(
      ({ condition, text }) => `${condition}: ${text}`,
    );

  it("are told by the newest of each slot, and what is lacking", () => {
    expect(views(service("b", {}, 2), [task("a", "shutdown"), task("b", "running")])).toEqual([
      "good: web running",
      "starting: web has no task yet",
    ]);
    expect(views(service("b"), [task("b", "complete")])).toEqual(["done: web complete"]);
  });

  it("are told by their last failure while they are tried again", () => {
    const again = [task("b", "failed", { error: "no suitable node" }), task("b", "ready")];
    expect(views(service("b"), again)).toEqual(["failed: web failed (no suitable node)"]);
    expect(views(service("b"), [...again, task("b", "running")])).toEqual(["good: web running"]);
  });

  it("are those of the release that is wanted, whatever failed after them", () => {
    expect(views(service("a"), [task("a", "running"), failed("b")])).toEqual(["good: web running"]);
    const ended = task("b", "complete", { health: ["CMD", "true"] });
    expect(views(service("b"), [task("a", "running"), ended])).toEqual([
      "failed: web failed (it ended, maybe for its health check)",
    ]);
  });

  it("carry their labels", () => {
    expect(
      toContainerViews({ services: [service("b")], tasks: [task("b", "running")] }, "shop")[0]?.labels,
    ).toContain("dockfra.command=b");
  });
});
