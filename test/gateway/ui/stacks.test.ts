import { describe, expect, test } from "vitest";
import type { JobView } from "../../../bus/messages/stack-jobs.ts";
import type { ServiceState, StatSeries } from "../../../bus/messages/stack-watch.ts";
import { aboutOf, shareOf, stacksOf } from "../../../gateway/ui/src/stacks/jobs.ts";
import { queryOf } from "../../../gateway/ui/src/stacks/reading.ts";
import { addressOf, stateOfStack, toneOf } from "../../../gateway/ui/src/stacks/service-states.ts";
import { formatMeasure, toPoints, valuesOf } from "../../../gateway/ui/src/stacks/stat-series.ts";

const stack = {
  services: [{ name: "web" }, { name: "db" }].map((one) => ({ ...one, builds: false, ports: [] })),
};
const service = (name: string, state: ServiceState["state"], exitCode?: number): ServiceState => ({
  ...{ stack: "shop", service: name, state, ports: [] },
  ...(exitCode === undefined ? {} : { exitCode }),
});

describe("a stack", () => {
  test.each<[string, ServiceState[]]>([
    ["running", [service("web", "running"), service("db", "running")]],
    ["running", [service("web", "running"), service("db", "exited", 0)]],
    ["partly", [service("web", "running"), service("db", "missing")]],
    ["partly", [service("web", "running")]],
    ["starting", [service("web", "starting"), service("db", "running")]],
    ["failing", [service("web", "starting"), service("db", "restarting")]],
    ["failing", [service("web", "running"), service("db", "exited", 1)]],
    ["partly", [service("web", "running"), service("db", "exited", 137)]],
    ["stopped", [service("web", "missing"), service("db", "exited", 0)]],
    ["stopped", [service("web", "exited", 137), service("db", "exited", 143)]],
    ["stopped", []],
  ])("is %s", (state, services) => {
    expect(stateOfStack(stack, services)).toBe(state);
  });

  test("a service that ended well is at rest, one that was killed for memory is not", () => {
    expect(toneOf(service("job", "exited", 0))).toBeUndefined();
    expect(toneOf({ ...service("job", "exited", 0), oomKilled: true })).toBe("bad");
  });

  test.each([
    ["127.0.0.1:8088->80/tcp", "http://127.0.0.1:8088"],
    ["0.0.0.0:8088->80/tcp", "http://box.lan:8088"],
    ["[::]:8088->80/tcp", "http://box.lan:8088"],
    ["8088->80/tcp", "http://box.lan:8088"],
    ["0.0.0.0:53->53/udp", undefined],
    ["80/tcp", undefined],
    ["javascript:1->2", undefined],
  ])("with the port %s answers at %s", (port, address) => {
    expect(addressOf(port, "box.lan")).toBe(address);
  });
});

describe("a series", () => {
  const sample = (atMs: number, rxBytes: number) => ({
    ...{ atMs, cpu: 0.5, memoryBytes: 1_000_000, memoryLimitBytes: 0, rxBytes, txBytes: 0 },
  });
  const series = (...samples: StatSeries["samples"]): StatSeries => ({
    ...{ stack: "shop", service: "web", container: "shop-web-1", restarts: 0, samples },
  });

  test("of network is a rate, and a counter that began anew is no negative one", () => {
    const two = series(sample(0, 0), sample(2_000, 4_000), sample(4_000, 0), sample(4_000, 9));
    expect(valuesOf(two, "network")).toEqual([2_000, 0, 0]);
    expect(valuesOf(series(sample(0, 5)), "network")).toEqual([]);
    expect(valuesOf(two, "cpu")).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  test("stays in its box, also alone or all zero", () => {
    for (const values of [[], [0], [0, 0], [5, 1, 3]])
      for (const point of toPoints(values, 1).split(" ").filter(Boolean)) {
        const [x = -1, y = -1] = point.split(",").map(Number);
        expect(x >= 0 && x <= 100 && y >= 1 && y <= 29).toBe(true);
      }
  });

  test("is said in units", () => {
    expect(formatMeasure("cpu", 1.5, "en")).toBe("150%");
    expect(formatMeasure("memory", 113_600_000, "en")).toBe("113.6 MB");
    expect(formatMeasure("memory", 0, "en")).toBe("0 byte");
    expect(formatMeasure("network", 1_500, "en")).toBe("1.5 kB/s");
  });
});

describe("a job", () => {
  const job = (action: JobView["action"], services: JobView["services"] = []): JobView => ({
    ...{ id: "j", action, state: "running", startedAtMs: 0, services, log: [] },
  });

  test("says what it is about, and which stacks it works on", () => {
    expect(aboutOf({ do: "launch", stacks: [] })).toBe("");
    expect(aboutOf({ do: "restart", stack: "shop", services: ["web"] })).toBe("web");
    expect(aboutOf({ do: "preview-open", ticket: "T-0001" })).toBe("T-0001");
    expect(stacksOf(job({ do: "rollback", stack: "shop" }))).toEqual(["shop"]);
    expect(
      stacksOf(job({ do: "fix", fix: "f" }, [{ stack: "shop", service: "web", step: "start" }])),
    ).toEqual(["shop"]);
  });

  test("goes on from waiting to healthy, never back", () => {
    const shares = (["waiting", "pull", "build", "create", "start", "healthy"] as const).map((step) =>
      shareOf({ stack: "shop", service: "web", step }),
    );
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect([shares[0], shares.at(-1)]).toEqual([0, 1]);
    expect(shareOf({ stack: "shop", service: "web", step: "pull", done: 1 })).toBe(shares[2]);
    expect(shareOf({ stack: "shop", service: "web", step: "failed" })).toBe(1);
  });
});

test("a query leaves out what is empty and keeps what is not, whatever it holds", () => {
  expect(queryOf({ a: "", b: undefined, c: 0, d: "x&y=z" })).toBe("?c=0&d=x%26y%3Dz");
  expect(queryOf({})).toBe("");
});
