import { join } from "node:path";
import type { ProjectView, StackView, VariableView } from "../../../bus/messages/stack-service.ts";
import type { Stack } from "../../../stacks/discover/stack.ts";
import type { LayeredVariable } from "../../../stacks/variables/layers.ts";
import { substitute } from "../../../stacks/variables/templates.ts";
import type { ProjectReading } from "./project-reading.ts";
import { findSecretValues, type SecretValues } from "./secret-values.ts";

type Finding = ProjectView["findings"][number];

/** Shows what was read of ROOT, without the value of any secret. */
export function toProjectView(reading: ProjectReading, findings: readonly Finding[]): ProjectView {
  const { root, project, stacks, variables } = reading;
  const secrets = findSecretValues(variables);
  const fill = createFilling(variables, secrets);
  return {
    root,
    ...(project.lang === undefined ? {} : { lang: project.lang }),
    stacks: [
      ...stacks.map((stack) => toStackView(stack, reading, fill)),
      ...deployedAlone(reading).map((name) => ({
        name,
        dir: project.deploy[name]?.dir ?? "",
        files: [],
        services: [],
        variables: [],
        missing: [],
        deployable: true,
      })),
    ],
    variables: variables.map((variable) => toVariableView(variable, secrets)),
    findings: [...findings],
  };
}

/** Fills references in with the values that may be seen; what cannot be filled stays as it is written. */
export type Fill = (text: string) => string;

/** Makes the filling of a project's values. */
export function createFilling(variables: readonly LayeredVariable[], secrets: SecretValues): Fill {
  const known = new Map(variables.map((variable) => [variable.name, variable]));
  return (text) => {
    let hides = false;
    const filled = substitute(text, (name) => {
      const variable = known.get(name);
      if (variable === undefined) return undefined;
      hides ||= secrets.isHidden(variable);
      return variable.value;
    });
    return filled.ok && !hides ? filled.text : text;
  };
}

/** The name under which `dockfra.yaml` deploys a stack, if it does. */
export function deployNameOf(stack: Stack, { root, project }: ProjectReading): string | undefined {
  const entries = Object.entries(project.deploy);
  const byName = entries.find(([name, entry]) => (entry.project ?? name) === stack.name);
  const byPlace = entries.find(([, entry]) => join(root, entry.dir) === join(root, stack.dir));
  return (byName ?? byPlace)?.[0];
}

/** Stacks of `dockfra.yaml` that have no Compose file. */
function deployedAlone(reading: ProjectReading): string[] {
  const taken = new Set(reading.stacks.map((stack) => deployNameOf(stack, reading)));
  return Object.keys(reading.project.deploy).filter((name) => !taken.has(name));
}

function toStackView(stack: Stack, reading: ProjectReading, fill: Fill): StackView {
  const names = stack.variables.map(({ name }) => name);
  const missing = reading.variables.filter(({ name, missing: lacks }) => lacks && names.includes(name));
  return {
    name: stack.name,
    dir: stack.dir,
    files: [...stack.files],
    services: stack.services.map(({ name, image, build, ports = [] }) => ({
      name,
      ...(image === undefined ? {} : { image: fill(image) }),
      builds: build !== undefined,
      ports: ports.map(fill),
    })),
    variables: names,
    missing: missing.map(({ name }) => name),
    deployable: deployNameOf(stack, reading) !== undefined,
  };
}

function toVariableView(variable: LayeredVariable, secrets: SecretValues): VariableView {
  const { name, value, source, missing, stacks, requiredFor, uses, declared, message } = variable;
  const isHidden = secrets.isHidden(variable);
  const { default: written } = variable;
  const desc = declared?.desc ?? message;
  return {
    name,
    ...(value === undefined || isHidden ? {} : { value }),
    ...(written === undefined || secrets.isHidden({ ...variable, value: written })
      ? {}
      : { default: written }),
    isSet: value !== undefined && value !== "",
    ...(source === undefined ? {} : { source }),
    secret: isHidden,
    missing,
    stacks: [...stacks],
    requiredFor: [...requiredFor],
    uses: uses.map(({ file, line, column }) => ({ file, line, column })),
    ...(declared?.label === undefined ? {} : { label: declared.label }),
    ...(declared?.group === undefined ? {} : { group: declared.group }),
    ...(declared?.type === undefined ? {} : { type: declared.type }),
    ...(desc === undefined ? {} : { desc }),
    ...(declared?.placeholder === undefined ? {} : { placeholder: declared.placeholder }),
    ...(declared?.options === undefined
      ? {}
      : { options: declared.options.map((option) => ({ value: String(option), label: String(option) })) }),
  };
}
