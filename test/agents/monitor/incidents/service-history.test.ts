import { beforeEach, describe, expect, test } from "vitest";
import { ServiceHistory, type SeenContainer } from "../../../../agents/monitor/incidents/service-history.ts";
import type { EngineEvent } from "../../../../stacks/watch/engine-event.ts";

let nowMs = 0;
let history: ServiceHistory;
const about = { id: "1", name: "shop-web-1", project: "shop", service: "web", image: "web" };
const tell = (action: string, more: Partial<EngineEvent> = {}): void =>
  history.take({ ...about, action, atMs: nowMs, ...more });
const die = (afterMs = 1_000, exitCode = 1): void => {
  nowMs += afterMs;
  tell("die", { exitCode });
  tell("start");
};
const symptoms = () => history.symptoms((project) => (project === "shop" ? "shop" : undefined));
const look = (more: Partial<SeenContainer> = {}): void =>
  history.look([{ name: "shop-web-1", project: "shop", service: "web", state: "running", ...more }]);

beforeEach(() => {
  nowMs = 1_000_000;
  history = new ServiceHistory({ unhealthyMs: 60_000, nowMs: () => nowMs });
});

describe("a service", () => {
  test("that ends three times within five minutes is in a loop, with the last exit code", () => {
    die();
    die();
    expect(symptoms()).toEqual([]);
    die(1_000, 3);
    expect(symptoms()).toEqual([
      {
        stack: "shop",
        service: "web",
        container: "shop-web-1",
        code: "crash_loop",
        atMs: nowMs,
        what: "exit 3",
        times: 3,
      },
    ]);
  });

  test("that ends now and then is not", () => {
    for (let count = 0; count < 6; count++) die(151_000);
    expect(symptoms()).toEqual([]);
  });

  test("that people stop, restart or make anew is not", () => {
    for (let count = 0; count < 5; count++) {
      tell("kill", { signal: 15 });
      die(100, 143);
    }
    expect(symptoms()).toEqual([]);
    die();
    die();
    tell("destroy");
    die();
    expect(symptoms()).toEqual([]);
  });

  test("that is told to reload by a signal and then ends by itself is", () => {
    for (let count = 0; count < 3; count++) {
      tell("kill", { signal: 1 });
      die();
    }
    expect(symptoms()).toMatchObject([{ code: "crash_loop" }]);
  });

  test("that is ended for its memory counts at once, and is no loop beside it", () => {
    tell("oom");
    die(10, 137);
    expect(symptoms()).toMatchObject([{ code: "out_of_memory", what: "exit 137", times: 1 }]);
    die();
    die();
    expect(symptoms()).toMatchObject([{ code: "out_of_memory", times: 1 }]);
  });

  test("counts as unhealthy only when it stays so", () => {
    look({ health: "unhealthy" });
    nowMs += 59_000;
    expect(symptoms()).toEqual([]);
    nowMs += 1_000;
    look({ health: "unhealthy" });
    expect(symptoms()).toMatchObject([{ code: "stays_unhealthy", what: "60 s" }]);
    look({ health: "healthy" });
    expect(symptoms()).toEqual([]);
  });

  test("that is being deployed starts from nothing", () => {
    die();
    die();
    history.reset("shop");
    die();
    expect(symptoms()).toEqual([]);
  });

  test("is well when it runs and has not ended for the quiet time", () => {
    expect(history.isWell(["shop"], "web", 5_000)).toBe(false);
    look();
    expect(history.isWell(["shop"], "web", 5_000)).toBe(true);
    die();
    look();
    expect(history.isWell(["shop"], "web", 5_000)).toBe(false);
    nowMs += 5_000;
    expect(history.isWell(["shop"], "web", 5_000)).toBe(true);
    look({ health: "starting" });
    expect(history.isWell(["shop"], "web", 5_000)).toBe(false);
    look({ state: "exited" });
    expect(history.isWell(["shop"], "web", 5_000)).toBe(false);
  });

  test("of a stack that is nobody's opens nothing", () => {
    for (let count = 0; count < 4; count++)
      history.take({ ...about, project: "other", action: "die", exitCode: 1, atMs: nowMs });
    expect(symptoms()).toEqual([]);
  });
});
