import { DockfraError } from "../../bus/kernel/errors.ts";
import type { Engine } from "../engines/engine.ts";
import type { Redactor } from "../llm/redaction.ts";
import { openExchange } from "../git/repositories.ts";
import { recordedBase } from "../git/ticket-branch.ts";
import { createGit } from "../git/git.ts";
import { openWorkspace, type Repo, type Workspace } from "../git/workspace.ts";
import type { AgentClient } from "../runtime/patient-client.ts";
import { readProject, type Facts } from "../runtime/project.ts";
import type { Sandbox } from "../container/sandbox.ts";
import type { Serial } from "../runtime/serial.ts";
import type { ProjectFile } from "../../stacks/project-file/project-schema.ts";
import { projectFileName } from "../../stacks/project-file/project-file.ts";

/** What the developer's handlers share. */
export interface DeveloperServices {
  readonly client: AgentClient;
  readonly stateDir: string;
  readonly root: string;
  readonly instance: string;
  readonly engines: readonly Engine[];
  /** Takes known secrets out of what tests print: they run what a model wrote. */
  readonly redactor: () => Promise<Redactor>;
  /** One command at a time in each clone. */
  readonly serial: Serial;
  /** Where engines and tests run. */
  readonly sandbox: Sandbox;
}

type Lane = "work" | "merge";

const maxRivals = 3;

/** Lends the clone of a repository to one command at a time; lends it anew where a branch moved meanwhile. */
export function inWorkspace<T>(
  services: DeveloperServices,
  repo: Repo,
  lane: Lane,
  signal: AbortSignal,
  use: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const { stateDir, instance, sandbox } = services;
  // what runs in a sandbox can write to all trees of it, so only one of them is in use at a time
  const key = lane === "work" && sandbox.treesDir !== undefined ? lane : `${repo.name}/${lane}`;
  return services.serial(key, async () => {
    for (let left = maxRivals; ; left--) {
      try {
        return await use(await openWorkspace({ stateDir, instance, repo, lane, sandbox, signal }));
      } catch (error) {
        // a rival published first, maybe for this very command: look again
        if (!(error instanceof DockfraError && error.code === "ref_moved") || left === 0) throw error;
      }
    }
  });
}

/** A repository with the base branch that a ticket began on, which need not be the one that is checked out now. */
export async function onRecordedBase(
  { stateDir }: DeveloperServices,
  repo: Repo,
  work: string,
): Promise<Repo> {
  const baseBranch = await recordedBase(await openExchange(stateDir, repo.name), work);
  return baseBranch === undefined ? repo : { ...repo, baseBranch };
}

/** Reads `dockfra.yaml` for a piece of work: the operator's, or the base commit's. @throws `project_file_invalid` */
export function readProjectAt(facts: Facts, { git, base }: Workspace): Promise<ProjectFile> {
  return readProject(facts, async () => {
    const answer = await createGit(git.gitDir).attempt([
      "cat-file",
      "blob",
      `${base.commit}:${projectFileName}`,
    ]);
    return answer.exitCode === 0 ? answer.stdout : undefined;
  });
}
