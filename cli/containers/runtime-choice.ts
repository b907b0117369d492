import { DockfraError, invalidInput } from "../../bus/kernel/errors.ts";
import type { RuntimeWarning } from "../../bus/messages/questions.ts";
import type { StackDeploy } from "../../stacks/project-file/project-schema.ts";
import { readProjectFile } from "../../stacks/project-file/project-file.ts";
import { chooseStackFiles } from "../../stacks/discover/stack-files.ts";
import { readOwnStack } from "../../stacks/targets/own-stack.ts";
import { stateDirOf } from "../place/root.ts";
import { findEngine, type Engine } from "./engine.ts";

/** What can be asked of `--runtime` and `DOCKFRA_RUNTIME`. */
export const runtimeWishes = ["auto", "process", "docker"] as const;
export type RuntimeWish = (typeof runtimeWishes)[number];

/** How the roles will run, and what people should know of that. */
export type RuntimeChoice =
  | { readonly runtime: "docker"; readonly engine: Engine; readonly warning?: RuntimeWarning }
  | { readonly runtime: "process"; readonly warning?: RuntimeWarning };

/** Reads the default from `DOCKFRA_RUNTIME`. @throws `runtime_invalid` */
export function runtimeOfEnvironment(text = process.env["DOCKFRA_RUNTIME"]): RuntimeWish {
  if (text === undefined || text === "") return "auto";
  const wish = runtimeWishes.find((known) => known === text);
  if (wish !== undefined) return wish;
  throw invalidInput(
    "runtime_invalid",
    `DOCKFRA_RUNTIME is "${text.slice(0, 60)}". Use auto, docker or process.`,
    { params: { text: text.slice(0, 60) } },
  );
}

/**
 * Chooses how the roles run: with `auto` in containers where an engine answers and the project's stacks can be deployed from
 * there, else as processes, with the reason.
 * @throws what {@link findEngine} does, for `docker`
 */
export async function chooseRuntime(wish: RuntimeWish, root: string): Promise<RuntimeChoice> {
  if (wish === "process") return { runtime: "process" };
  const stack = await findProcessStack(root);
  const warning =
    stack === undefined ? undefined : ({ code: "runtime_process_stack", params: { stack } } as const);
  if (wish === "docker") {
    const engine = await findEngine();
    return { runtime: "docker", engine, ...(warning === undefined ? {} : { warning }) };
  }
  if (warning !== undefined) return { runtime: "process", warning };
  try {
    return { runtime: "docker", engine: await findEngine() };
  } catch (error) {
    if (!(error instanceof DockfraError)) throw error;
    return { runtime: "process", warning: warningOf(error) };
  }
}

/** Why containers could not be had, as a warning. */
export function warningOf({ message }: Pick<DockfraError, "message">): RuntimeWarning {
  return { code: "runtime_fell_back", params: { reason: message.slice(0, 1_000) } };
}

/** A stack that can only run as a process: a container of a role cannot start one on this machine. */
async function findProcessStack(root: string): Promise<string | undefined> {
  const file = (await readProjectFile(root)) ?? { deploy: {} };
  const hasFiles = (deploy: StackDeploy): boolean => {
    const { sayings } = readOwnStack(file, deploy, { root, stateDir: stateDirOf(root) });
    return chooseStackFiles({ tree: root, dir: deploy.dir, sayings }) !== undefined;
  };
  return Object.entries(file.deploy).find(
    ([, deploy]) =>
      deploy.target === "process" ||
      (deploy.target === "auto" && deploy.command !== undefined && !hasFiles(deploy)),
  )?.[0];
}
