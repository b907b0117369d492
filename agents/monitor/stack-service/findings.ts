import type { ProjectView } from "../../../bus/messages/stack-service.ts";
import type { QuestionOutput } from "../../../bus/messages/questions.ts";
import type { ErrorParams } from "../../../bus/kernel/errors.ts";
import { render } from "../../../locales/render.ts";
import type { ProjectReading } from "./project-reading.ts";
import { createFilling, deployNameOf } from "./project-view.ts";
import { publishedPorts } from "./published-ports.ts";
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
  running: ReadonlySet<string>,
  lookAtPorts: PortLook,
): Promise<Finding[]> {
  return [
    ...refusedFiles(reading),
    ...missingValues(reading),
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

/** A stack that runs holds its ports itself. */
async function takenPorts(
  reading: ProjectReading,
  running: ReadonlySet<string>,
  lookAtPorts: PortLook,
): Promise<Finding[]> {
  const fill = createFilling(reading.variables, findSecretValues(reading.variables));
  const stopped = reading.stacks.filter(
    (stack) => !running.has(stack.name) && !running.has(deployNameOf(stack, reading) ?? ""),
  );
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
