import { notFound } from "../../bus/kernel/errors.ts";
import { tellNames } from "../../bus/kernel/similar-names.ts";
import { readProjectFile } from "../../stacks/project-file/project-file.ts";
import { isBelow, isFromRoot } from "../../stacks/engine-projects/elsewhere.ts";
import { listEngineProjects } from "../../stacks/engine-projects/list.ts";
import type { Target, TargetStatus } from "../../stacks/targets/target.ts";
import { engineAnswers } from "../../stacks/targets/compose/docker-cli.ts";
import { readOwnStack } from "../../stacks/targets/own-stack.ts";
import { ComposeProject } from "../../stacks/targets/compose/compose-project.ts";
import { selectTarget, type SelectedTarget } from "../../stacks/targets/select-target.ts";
import type { Invocation } from "../invocation.ts";
import { resolveRoot, stateDirOf } from "../place/root.ts";
import { alignRows } from "../../terminal/table.ts";

/** `stack status`: exit code 6 where one is not healthy. @throws `stack_unknown` */
export async function stackStatus(invocation: Invocation<object>, name?: string): Promise<number> {
  const { screen, options } = invocation;
  const root = await resolveRoot(options.root);
  const names = name === undefined ? await deployableStacks(root) : [await requireStack(root, name)];
  const found = await Promise.all(
    names.map(async (stack) => ({ stack, ...(await (await targetOf(root, stack)).status()) })),
  );
  const exitCode = found.every(({ healthy }) => healthy) ? 0 : 6;
  if (screen.json) screen.data({ ok: exitCode === 0, stacks: found });
  else if (found.length === 0) screen.line("No stack has a deploy section in dockfra.yaml.");
  else
    for (const line of alignRows(
      found.map((one) => [screen.paint("bold", one.stack), describe(one), one.url, one.detail]),
    ))
      screen.line(line);
  return exitCode;
}

/** `stack stop`. @throws `stack_unknown` */
export async function stackStop(invocation: Invocation<object>, name: string): Promise<void> {
  const { screen, options } = invocation;
  const root = await resolveRoot(options.root);
  await (await targetOf(root, await requireStack(root, name))).stop();
  if (screen.json) screen.data({ ok: true, stack: name });
  else screen.line(`Stopped the stack ${name}; its data stays. The next deploy starts it again.`);
}

/** Stops every stack that runs, and gives their names. */
export async function stopStacks(root: string): Promise<string[]> {
  const stopped: string[] = [];
  for (const stack of await deployableStacks(root)) {
    const target = await targetOf(root, stack);
    if (!(await target.status()).running) continue;
    await target.stop();
    stopped.push(stack);
  }
  return stopped;
}

/** Stops every stack that runs, and removes the containers and networks of all; volumes stay. Gives the names of those that ran. */
export async function removeStacks(root: string): Promise<string[]> {
  const stopped = await stopStacks(root);
  const file = (await readProjectFile(root)) ?? { deploy: {} };
  for (const [stack, deploy] of Object.entries(file.deploy)) {
    if (!(await isEngineUsed(root, stack))) continue;
    const { project: name } = readOwnStack(file, deploy, { root, stateDir: stateDirOf(root) });
    await new ComposeProject({ project: name, envFiles: [] }).remove();
  }
  return stopped;
}

/**
 * Stops what else runs from files below a root, previews of tickets included, and removes its containers and networks;
 * volumes of the user's stay. Gives the names.
 */
export async function removeLaunched(root: string): Promise<string[]> {
  const stateDir = stateDirOf(root);
  const projects = ((await listEngineProjects()) ?? []).filter((project) =>
    project.isOwn ? isBelow(stateDir, project.dir) : isFromRoot(root, project),
  );
  for (const { name } of projects) await new ComposeProject({ project: name, envFiles: [] }).remove();
  return projects.map(({ name }) => name);
}

async function deployableStacks(root: string): Promise<string[]> {
  return Object.keys((await readProjectFile(root))?.deploy ?? {});
}

async function requireStack(root: string, name: string): Promise<string> {
  const known = await deployableStacks(root);
  if (known.includes(name)) return name;
  const list = tellNames(name, known);
  throw notFound(
    "stack_unknown",
    `No stack named "${name}" in dockfra.yaml below ${root}. There is: ${list}.`,
    {
      params: { stack: name, known: list, root },
    },
  );
}

/** Whether a stack runs on a Docker engine, and not as a process. @throws `no_target` */
export async function isEngineUsed(root: string, stack: string): Promise<boolean> {
  return (await selectOf(root, stack)).kind === "compose";
}

async function targetOf(root: string, stack: string): Promise<Target> {
  return (await selectOf(root, stack)).target;
}

async function selectOf(root: string, stack: string): Promise<SelectedTarget> {
  const project = (await readProjectFile(root)) ?? { deploy: {} };
  return selectTarget(project, stack, {
    root,
    stateDir: stateDirOf(root),
    engineAvailable: await engineAnswers(),
  });
}

function describe({ running, healthy }: TargetStatus): string {
  if (!running) return "stopped";
  return healthy ? "healthy" : "not healthy";
}
