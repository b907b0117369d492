import type { ProjectView } from "../../../bus/messages/stack-service.ts";
import type { ErrorParams } from "../../../bus/kernel/errors.ts";
import { render } from "../../../locales/render.ts";
import { findPortHolder } from "../../../stacks/targets/process/port-holder.ts";
import type { ProjectReading } from "./project-reading.ts";
import { createFilling, deployNameOf } from "./project-view.ts";
import { isTaken, publishedPorts } from "./published-ports.ts";
import { findSecretValues } from "./secret-values.ts";

type Finding = ProjectView["findings"][number];

const maxPortsPerStack = 50;

/** Names what stands in the way of a launch: files that were refused, values that are missing, ports that are taken. */
export async function findFindings(
  reading: ProjectReading,
  running: ReadonlySet<string>,
): Promise<Finding[]> {
  return [...refusedFiles(reading), ...missingValues(reading), ...(await takenPorts(reading, running))];
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
async function takenPorts(reading: ProjectReading, running: ReadonlySet<string>): Promise<Finding[]> {
  const fill = createFilling(reading.variables, findSecretValues(reading.variables));
  const found: Finding[] = [];
  for (const stack of reading.stacks) {
    if (running.has(stack.name) || running.has(deployNameOf(stack, reading) ?? "")) continue;
    const ports = stack.services.flatMap(({ name, ports: specs = [] }) =>
      specs.flatMap((spec) => publishedPorts(fill(spec)).map((port) => ({ service: name, port }))),
    );
    for (const { service, port } of ports.slice(0, maxPortsPerStack)) {
      if (!(await isTaken(port))) continue;
      const holder = (await findPortHolder(port)) ?? "another program";
      found.push(finding("port_in_use", "warning", { port, service, stack: stack.name, holder }, stack.name));
    }
  }
  return found;
}

function finding(code: string, severity: Finding["severity"], params: ErrorParams, stack?: string): Finding {
  const message = render("en", code, params) ?? code;
  return { code, severity, message, params: { ...params }, ...(stack === undefined ? {} : { stack }) };
}
