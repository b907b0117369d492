import type { Project } from "../live/state.ts";

/** What is in the way of a launch, with the variable or port it is about. */
export interface Obstacle {
  readonly finding: Project["findings"][number];
  /** The variable whose value would solve it. */
  readonly variable: string | undefined;
  readonly port: number | undefined;
  readonly stack: string | undefined;
}

/** The project in numbers. */
export interface ProjectSummary {
  readonly stacks: number;
  readonly missing: readonly string[];
  readonly ports: readonly number[];
  readonly obstacles: readonly Obstacle[];
  /** Obstacles that are neither a missing value nor a port in use. */
  readonly others: number;
}

const weight = { error: 0, warning: 1, info: 2 } as const;

/** Counts what was found, and joins each finding with the variable that would solve it. */
export function summarise(project: Project): ProjectSummary {
  const missing = project.variables.filter((variable) => variable.missing).map(({ name }) => name);
  const known = project.findings.map((finding) => toObstacle(project, finding));
  const named = new Set(known.map(({ variable }) => variable));
  const unnamed = missing.filter((name) => !named.has(name)).map((name) => missingValue(project, name));
  const obstacles = [...known, ...unnamed].toSorted(
    (a, b) => weight[a.finding.severity] - weight[b.finding.severity],
  );
  const ports = [...new Set(obstacles.map(({ port }) => port).filter((port) => port !== undefined))];
  const others = obstacles.filter(
    ({ finding, port, variable }) =>
      finding.severity !== "info" &&
      port === undefined &&
      (variable === undefined || !missing.includes(variable)),
  ).length;
  return { stacks: project.stacks.length, missing, ports, obstacles, others };
}

function toObstacle(project: Project, finding: Obstacle["finding"]): Obstacle {
  const { params } = finding;
  const port = Number(params["port"]);
  const named = [params["variable"], params["name"], params["key"]].find(
    (value) => typeof value === "string" && project.variables.some(({ name }) => name === value),
  );
  const isPort = Number.isInteger(port) && port > 0 && port < 65_536;
  // a port that comes out of a variable is changed there
  const byPort = isPort ? project.variables.find(({ value }) => value === String(port))?.name : undefined;
  return {
    finding,
    variable: typeof named === "string" ? named : byPort,
    port: isPort ? port : undefined,
    stack: finding.stack,
  };
}

function missingValue(project: Project, name: string): Obstacle {
  const variable = project.variables.find((each) => each.name === name);
  const stack = variable?.requiredFor[0] ?? variable?.stacks[0];
  return {
    finding: {
      code: "page_value_missing",
      severity: "error",
      message: "",
      params: { name, stack: stack ?? "" },
    },
    variable: name,
    port: undefined,
    stack,
  };
}
