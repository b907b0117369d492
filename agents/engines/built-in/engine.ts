import { conflict } from "../../../bus/kernel/errors.ts";
import { snapshotTree } from "../../git/commit.ts";
import { fixRepository } from "../../git/fixed-config.ts";
import { createGit, type Git } from "../../git/git.ts";
import type { Llm, LlmSession } from "../../llm/llm.ts";
import { runApart } from "../../tools/file-call.ts";
import { fileTools } from "../../tools/file-tools.ts";
import { finishTool } from "../../tools/finish.ts";
import { runTestsTool } from "../../tools/run-tests.ts";
import { createToolbox, type Toolbox } from "../../tools/toolbox.ts";
import { openWorkTree } from "../../tools/work-tree.ts";
import type { ProgramRunner } from "../../../stacks/processes/program-run.ts";
import type { Engine, EngineTask } from "../engine.ts";
import { takeApproach } from "./approach.ts";
import { changedPaths, putBackOffLimits, refuseSecrets } from "./change-scan.ts";
import { describeStall, describeTask } from "./prompts.ts";

export interface BuiltInEngineOptions {
  readonly llm: Llm;
  /** HOME of the tests; not the user's. */
  readonly home: string;
  /** Runs the tests; default: as our own user. */
  readonly run?: ProgramRunner;
  /** Whether `run` is another user, who does the file tools' work too. */
  readonly apart?: boolean;
}

/** A first try keeps to what is likely; a further one is to look elsewhere. */
const temperatures = { first: 0.2, again: 0.6, other: 0.9 } as const;

/** Makes the engine that lets a language model work by tools of ours: no shell, no network, one directory. */
export function createBuiltInEngine({ llm, home, run, apart = false }: BuiltInEngineOptions): Engine {
  return {
    name: "built_in",
    startsFrom: "branch",
    canTake: () => llm.isConfigured(),
    async implement(task) {
      const session = await llm.open({
        ticket: task.ticket.id,
        budgets: task.project.budgets,
        progress: task.progress,
      });
      session.progress("engine_started", { engine: "built_in", model: session.model });
      const git = createGit(task.gitDir, task.workTree);
      const toolbox = await createEngineToolbox(task, session, git, { home, run, apart });
      const start = await snapshotTree(git, "HEAD", task.signal);
      const summary = await work(task, session, toolbox, () => changedPaths(git, start, task.signal));
      await fixRepository(git.gitDir, { bare: false });
      const putBack = await putBackOffLimits(git, start, task.signal);
      if (putBack.length > 0) session.progress("llm_put_back", { count: putBack.length }, putBack.join("\n"));
      await refuseSecrets(task.workTree, await changedPaths(git, start, task.signal), session.redactor);
      return { summary: session.redactor.redact(summary) };
    },
  };
}

/** Two approaches at most: where the first gets nowhere, another is begun from what it left. */
async function work(
  task: EngineTask,
  session: LlmSession,
  toolbox: Toolbox,
  changed: () => Promise<string[]>,
): Promise<string> {
  const { signal, reasons } = task;
  const opening = describeTask(task);
  const first = await takeApproach({
    session,
    toolbox,
    opening,
    temperature: reasons.length === 0 ? temperatures.first : temperatures.again,
    signal,
  });
  if (first.done) return first.summary;
  session.progress("llm_strategy_changed", { stall: first.stall.code }, first.stall.why);
  const left = await changed();
  const second = await takeApproach({
    session,
    toolbox,
    opening: `${opening}\n\n${describeStall(first.stall.why, first.plan, left)}`,
    temperature: temperatures.other,
    signal,
  });
  if (second.done) return second.summary;
  const { code, why } = second.stall;
  throw conflict(
    "llm_no_progress",
    `The model "${session.model}" got nowhere with ${task.ticket.id}, twice: ${why} Say more in the ticket, or choose a stronger model, then resume it.`,
    { params: { ticket: task.ticket.id, model: session.model, stall: code, why } },
  );
}

async function createEngineToolbox(
  task: EngineTask,
  session: LlmSession,
  git: Git,
  {
    home,
    run,
    apart,
  }: { readonly home: string; readonly run: ProgramRunner | undefined; readonly apart: boolean },
): Promise<Toolbox> {
  const tree = await openWorkTree(task.workTree);
  const tests = runTestsTool({
    test: task.project.test,
    dir: tree.dir,
    home,
    ...(run ? { run } : {}),
    progress: session.progress,
    remainingMs: session.budget.remainingMs,
  });
  const tools = [
    ...fileTools(tree, git).map((tool) =>
      apart && run ? runApart(tool, { dir: tree.dir, home, run }) : tool,
    ),
    {
      ...tests,
      // tests run the model's code: what they did to the clone's own configuration is undone before git reads it
      run: async (input: unknown, signal: AbortSignal) => {
        try {
          return await tests.run(input, signal);
        } finally {
          await fixRepository(git.gitDir, { bare: false });
        }
      },
    },
    finishTool,
  ];
  return createToolbox(tools, session.redactor);
}
