import { describe, expect, it } from "vitest";
import {
  describeContainers,
  isUp,
  isUpAs,
  parseContainers,
} from "../../../stacks/targets/compose/containers.ts";

const line = (Service: string, State: string, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ Name: `p-${Service}-1`, Service, State, ...more });

describe("parseContainers", () => {
  it.each<[string, Record<string, unknown>, string, string]>([
    ["running", {}, "good", "web running"],
    ["running", { Health: "healthy" }, "good", "web running (healthy)"],
    ["running", { Health: "starting" }, "starting", "web running (starting)"],
    ["running", { Health: "unhealthy" }, "unhealthy", "web running (unhealthy)"],
    ["exited", { ExitCode: 0 }, "done", "web exited (0)"],
    ["exited", { ExitCode: 3 }, "failed", "web exited (3)"],
    ["exited", { ExitCode: 143 }, "stopped", "web exited (143)"],
    ["created", {}, "stopped", "web created"],
    ["restarting", {}, "failed", "web restarting"],
    ["dead", {}, "failed", "web dead"],
  ])("reads %s %j as %s", (state, more, condition, text) => {
    expect(parseContainers(`${line("web", state, more)}\n`)).toMatchObject([
      { service: "web", condition, text },
    ]);
  });

  it("reads no lines as no containers", () => {
    expect(parseContainers("\n")).toEqual([]);
  });
});

describe("isUp", () => {
  const up = (...lines: string[]): boolean => isUp(parseContainers(lines.join("\n")));

  it("wants one that runs and none that failed", () => {
    expect(up(line("web", "running"), line("job", "exited"))).toBe(true);
    expect(up(line("job", "exited"))).toBe(false);
    expect(up(line("web", "running"), line("db", "exited", { ExitCode: 1 }))).toBe(false);
    expect(up(line("web", "running", { Health: "starting" }))).toBe(false);
    expect(up()).toBe(false);
  });

  it("does not take the containers of the release before for the new ones", () => {
    const mark = { label: "dockfra.command=c2", services: ["web", "api"] };
    const containers = (api: string): ReturnType<typeof parseContainers> =>
      parseContainers(
        [
          line("web", "running", { Labels: "a=b,dockfra.command=c2" }),
          line("api", "running", { Labels: `dockfra.command=${api}` }),
        ].join("\n"),
      );
    expect(isUpAs(mark, containers("c2"))).toBe(true);
    expect(isUpAs(mark, containers("c1"))).toBe(false);
    expect(isUpAs(mark, containers("c22"))).toBe(false);
    expect(isUpAs({ ...mark, services: [] }, containers("c2"))).toBe(false);
  });
});

describe("describeContainers", () => {
  it("counts what is up, or names what is not", () => {
    expect(describeContainers([])).toBe("no containers");
    expect(describeContainers(parseContainers(line("web", "running")))).toBe("1 of 1 containers are up");
    const mixed = parseContainers(
      [line("web", "running"), line("db", "exited", { ExitCode: 2 }), line("q", "paused")].join("\n"),
    );
    expect(describeContainers(mixed)).toBe("db exited (2), q paused");
  });
});
