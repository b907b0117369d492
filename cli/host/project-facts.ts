import { join, relative, sep } from "node:path";
import { DockfraError } from "../../bus/kernel/errors.ts";
import type { ProjectFacts } from "../../bus/messages/questions.ts";
import { StackName } from "../../bus/messages/ticket.ts";
import { discoverStacks, type Discovery } from "../../stacks/discover/discover.ts";
import {
  parseProjectFile,
  projectFileName,
  readProjectText,
} from "../../stacks/project-file/project-file.ts";
import { readSayings } from "../../stacks/project-file/project-reading.ts";
import type { ProjectFile } from "../../stacks/project-file/project-schema.ts";
import { stateDirOf } from "../place/root.ts";
import { findRepos } from "./repos.ts";

type Stack = ProjectFacts["stacks"][number];
type Problem = ProjectFacts["problems"][number];
type Repo = ProjectFacts["repos"][number];

/** Reads what is at ROOT now; what is wrong in one file does not hide the rest. */
export async function readProjectFacts(
  root: string,
  runtime: ProjectFacts["runtime"],
  more: Pick<ProjectFacts, "runtimeWarning" | "sshPorts"> = {},
): Promise<ProjectFacts> {
  const { options } = await readSayings(root, stateDirOf(root));
  const [found, discovery, file] = await Promise.all([
    findRepos(root),
    discoverStacks(root, options),
    readFileOrProblem(root),
  ]);
  const deploy = file.project?.deploy ?? {};
  const { stacks, problems } = joinStacks(root, discovery, deploy, found.repos);
  return {
    root,
    runtime,
    ...more,
    repos: found.repos,
    stacks,
    checks: file.project?.checks ?? [],
    ...(file.text === undefined ? {} : { projectFile: file.text }),
    ...(file.project?.autonomy === undefined ? {} : { autonomy: file.project.autonomy }),
    problems: [
      ...found.problems,
      ...file.problems,
      ...discovery.problems.map(({ file: name, line, column, message }) => ({
        file: `${name}:${line}:${column}`,
        message,
      })),
      ...problems,
    ],
  };
}

async function readFileOrProblem(
  root: string,
): Promise<{ text?: string; project?: ProjectFile; problems: Problem[] }> {
  let text: string | undefined;
  try {
    text = await readProjectText(root);
    if (text === undefined) return { problems: [] };
    return { text, project: parseProjectFile(text, join(root, projectFileName)), problems: [] };
  } catch (error) {
    if (!(error instanceof DockfraError)) throw error;
    const { line, column } = error.params;
    const place = line === undefined ? "" : `:${String(line)}:${String(column)}`;
    const problems = [{ file: `${projectFileName}${place}`, message: error.message }];
    // who needs it refuses it with the same words
    return text === undefined ? { problems } : { text, problems };
  }
}

/** Joins what Compose files and dockfra.yaml say: the same name, or else the same directory, is the same stack. */
function joinStacks(
  root: string,
  discovery: Discovery,
  deploy: ProjectFile["deploy"],
  repos: readonly Repo[],
): { stacks: Stack[]; problems: Problem[] } {
  const stacks = new Map<string, Stack>();
  const problems: Problem[] = [];
  const taken = new Set<Discovery["stacks"][number]>();
  for (const [name, entry] of Object.entries(deploy)) {
    const dir = join(root, entry.dir);
    const compose =
      discovery.stacks.find((stack) => stack.name === (entry.project ?? name)) ??
      discovery.stacks.find((stack) => join(root, stack.dir) === dir && !taken.has(stack));
    if (compose) taken.add(compose);
    stacks.set(
      name,
      toStack(
        root,
        {
          name,
          dir,
          deployable: true,
          files: compose && join(root, compose.dir) === dir ? compose.files : [],
        },
        repos,
      ),
    );
  }
  for (const compose of discovery.stacks) {
    if (taken.has(compose)) continue;
    const { name, files } = compose;
    const place = files[0] ?? compose.dir;
    if (!StackName.safeParse(name).success)
      problems.push({
        file: place,
        message: `The project name "${name}" cannot be a stack's. Give the file a name: of small letters, digits, - and _`,
      });
    else if (stacks.has(name))
      problems.push({
        file: place,
        message: `Another stack is named "${name}" too, and only one of them can be used. Give this file a name: of its own`,
      });
    else
      stacks.set(
        name,
        toStack(root, { name, dir: join(root, compose.dir), deployable: false, files }, repos),
      );
  }
  return { stacks: [...stacks.values()], problems };
}

function toStack(
  root: string,
  {
    name,
    dir,
    deployable,
    files,
  }: { name: string; dir: string; deployable: boolean; files: readonly string[] },
  repos: readonly Repo[],
): Stack {
  const repo = repos
    .filter((candidate) => isInside(dir, candidate.dir))
    .toSorted((a, b) => b.dir.length - a.dir.length)[0];
  return {
    name,
    dir,
    deployable,
    files: files.map((file) => relative(dir, join(root, file)).split(sep).join("/")),
    ...(repo ? { repo: repo.name } : {}),
  };
}

function isInside(path: string, dir: string): boolean {
  return path === dir || path.startsWith(dir.endsWith(sep) ? dir : dir + sep);
}
