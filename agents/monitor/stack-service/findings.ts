import type { ProjectView } from "../../../bus/messages/stack-service.ts";
import type { QuestionOutput } from "../../../bus/messages/questions.ts";
import type { ErrorParams } from "../../../bus/kernel/errors.ts";
import { parseLaunchCondition } from "../../../stacks/project-file/launch-condition.ts";
import { render } from "../../../locales/render.ts";
import type { ProjectReading } from "./project-reading.ts";
import { createFilling } from "./project-view.ts";
import { publishedPorts } from "./published-ports.ts";
import { runningOf, type Running } from "./running.ts";
import { findSecretValues } from "./secret-values.ts";

type Finding = ProjectView["findings"][number];

/** A port of this machine, as the host sees it. */
export type PortView = QuestionOutput<"host.ports">["ports"][number];
/** Asks who has which port; only the host can see it. */
export type PortLook = (ports: readonly number[]) => Promise<readonly PortView[]>;

const maxPortsPerStack = 50;
const maxPorts = 200;

/** Names what stands in the way of a launch: files that were refused, values that are missing, ports that are taken. */
export async function findFindings(
  reading: ProjectReading,
  running: Running,
  lookAtPorts: PortLook,
): Promise<Finding[]> {
  return [
    ...refusedFiles(reading),
    ...missingValues(reading),
    ...elsewhereProblems(reading, running),
    ...unknownConditions(reading),
    ...(await takenPorts(reading, running, lookAtPorts)),
  ];
}

function refusedFiles({ problems, refused, stacks, project }: ProjectReading): Finding[] {
  const isEmpty = stacks.length === 0 && problems.length === 0 && Object.keys(project.deploy).length === 0;
  return [
    ...refused.map(({ code, message, params }) => ({ code, severity: "error" as const, message, params })),
    ...problems.map(({ file, line, column, message }) =>
      finding("file_refused", "error", { file, line, column, why: message.replace(/\.$/, "") }),
    ),
    ...(isEmpty ? [finding("nothing_to_run", "info", {})] : []),
  ];
}

function missingValues({ variables }: ProjectReading): Finding[] {
  return variables
    .filter(({ missing }) => missing)
    .map(({ name, requiredFor }) =>
      finding("value_missing", "error", { name, stacks: requiredFor.join(", ") }, requiredFor[0]),
    );
}

/** A project elsewhere: its files may be gone, or its name that of a stack here, which Compose takes for the same. */
function elsewhereProblems({ stacks }: ProjectReading, { elsewhere }: Running): Finding[] {
  return elsewhere.flatMap(({ name, dir, problems: [problem] }) => {
    const twin = stacks.find((stack) => stack.name === name);
    const found: Finding[] = [];
    if (problem !== undefined) {
      const { file, message } = problem;
      found.push(
        finding(
          "engine_stack_unreadable",
          "info",
          { stack: name, file, why: message.replace(/\.$/, "") },
          name,
        ),
      );
    }
    if (twin !== undefined)
      found.push(
        finding("project_name_shared", "warning", { stack: name, dir, file: twin.files[0] ?? "" }, name),
      );
    return found;
  });
}

function unknownConditions({ project }: ProjectReading): Finding[] {
  return project.post_launch.flatMap(({ label, condition }) => {
    const read = condition === undefined ? undefined : parseLaunchCondition(condition);
    return read?.ok === false ? [finding("condition_unknown", "warning", { label, why: read.why })] : [];
  });
}

/** A stack that runs holds its ports itself. */
async function takenPorts(
  reading: ProjectReading,
  running: Running,
  lookAtPorts: PortLook,
): Promise<Finding[]> {
  const fill = createFilling(reading.variables, findSecretValues(reading.variables));
  const stopped = reading.stacks.filter((stack) => runningOf(stack, reading, running) === "none");
  const wanted = stopped.flatMap((stack) =>
    stack.services
      .flatMap(({ name, ports: specs = [] }) =>
        specs.flatMap((spec) => publishedPorts(fill(spec)).map((port) => ({ service: name, port }))),
      )
      .slice(0, maxPortsPerStack)
      .map((use) => ({ ...use, stack: stack.name })),
  );
  const ports = [...new Set(wanted.map(({ port }) => port))].slice(0, maxPorts);
  if (ports.length === 0) return [];
  const taken = new Map(
    (await lookAtPorts(ports)).flatMap((view) => (view.free ? [] : [[view.port, view] as const])),
  );
  return wanted.flatMap(({ service, port, stack }) => {
    const view = taken.get(port);
    if (view === undefined) return [];
    const holder = view.holder ?? "another program";
    return [finding("port_in_use", "warning", { port, service, stack, holder }, stack)];
  });
}

function finding(code: string, severity: Finding["severity"], params: ErrorParams, stack?: string): Finding {
  const message = render("en", code, params) ?? code;
  return { code, severity, message, params: { ...params }, ...(stack === undefined ? {} : { stack }) };
}
