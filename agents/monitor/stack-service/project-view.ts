import type {
  EngineStack,
  PostLaunchView,
  ProjectView,
  StackView,
  VariableView,
} from "../../../bus/messages/stack-service.ts";
import { isActive } from "../../../stacks/discover/compose-variables.ts";
import type { Stack } from "../../../stacks/discover/stack.ts";
import { runningState } from "../../../stacks/engine-projects/list.ts";
import { isConditionMet, parseLaunchCondition } from "../../../stacks/project-file/launch-condition.ts";
import type { LayeredVariable } from "../../../stacks/variables/layers.ts";
import { substitute } from "../../../stacks/variables/templates.ts";
import type { ProjectReading } from "./project-reading.ts";
import { deployNameOf } from "./deploy-name.ts";
import { nothingRuns, runningOf, type Running } from "./running.ts";
import { findSecretValues, type SecretValues } from "./secret-values.ts";

type Finding = ProjectView["findings"][number];

/** Shows what was read of ROOT and what runs, without the value of any secret. */
export function toProjectView(
  reading: ProjectReading,
  findings: readonly Finding[],
  running: Running = nothingRuns,
  sshRoles: readonly string[] = [],
): ProjectView {
  const { root, project, stacks, variables } = reading;
  const secrets = findSecretValues(variables);
  const fill = createFilling(variables, secrets);
  return {
    root,
    ...(project.lang === undefined ? {} : { lang: project.lang }),
    stacks: [
      ...stacks.map((stack) => ({
        ...toStackView(stack, reading, fill),
        running: runningOf(stack, reading, running),
      })),
      ...deployedAlone(reading).map((name) => ({
        source: "root" as const,
        running: running.deployed.has(name) ? ("all" as const) : ("none" as const),
        name,
        dir: project.deploy[name]?.dir ?? "",
        files: [],
        services: [],
        variables: [],
        missing: [],
        deployable: true,
      })),
      ...running.elsewhere.map((stack) => toElsewhereView(stack, running)),
    ],
    postLaunch: postLaunchButtons(reading, running, sshRoles),
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
    services: stack.services.map(({ name, image, build, ports = [], profiles, dependsOn }) => ({
      name,
      ...(image === undefined ? {} : { image: fill(image) }),
      builds: build !== undefined,
      ports: ports.map(fill),
      ...(profiles === undefined ? {} : { profiles: [...profiles] }),
      ...(dependsOn === undefined ? {} : { dependsOn: [...dependsOn] }),
    })),
    source: "root",
    profiles: [...stack.profiles],
    variables: names,
    missing: missing.map(({ name }) => name),
    deployable: deployNameOf(stack, reading) !== undefined,
  };
}

/** A stack that is not Dockfra's to deploy: it can be watched, stopped and started where it is. */
function toElsewhereView(stack: EngineStack, { projects }: Running): StackView {
  const { name, dir, files, variables, missing, profiles } = stack;
  const containers = projects.find((one) => one.name === name)?.containers ?? [];
  const services = stack.services.filter((service) => isActive(service.profiles ?? [], profiles));
  return {
    ...{ name, dir, files, variables, missing, profiles },
    services: stack.services,
    absoluteDir: dir,
    source: "engine",
    deployable: false,
    running: runningState(
      services.map((service) => service.name),
      containers,
    ),
  };
}

function postLaunchButtons(
  reading: ProjectReading,
  running: Running,
  sshRoles: readonly string[],
): PostLaunchView[] {
  const up = reading.stacks.filter((stack) => runningOf(stack, reading, running) !== "none");
  const facts = {
    stacks: [...reading.stacks.map(({ name }) => name), ...Object.keys(reading.project.deploy)],
    runningStacks: [...up.map(({ name }) => name), ...running.deployed],
    runningContainers: running.projects.flatMap(({ containers }) =>
      containers.filter(({ state }) => state === "running").map(({ name }) => name),
    ),
    sshRoles,
  };
  return reading.project.post_launch.map(({ label, action, condition }) => {
    const read = condition === undefined ? undefined : parseLaunchCondition(condition);
    return { label, action, shown: read === undefined || (read.ok && isConditionMet(read.condition, facts)) };
  });
}

function toVariableView(variable: LayeredVariable, secrets: SecretValues): VariableView {
  const { name, value, source, sourceFile, missing, stacks, requiredFor, uses, declared, message } = variable;
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
    ...(sourceFile === undefined ? {} : { sourceFile }),
    ...(variable.unused ? { unused: true } : {}),
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
