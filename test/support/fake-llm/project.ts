import { join } from "node:path";
import { ProjectFile } from "../../../stacks/project-file/project-schema.ts";
import type { EngineTask } from "../../../agents/engines/engine.ts";
import type { TicketBrief } from "../../../bus/messages/ticket.ts";
import { checkoutCommit } from "../../../agents/git/repositories.ts";
import { createUserRepo, type UserRepo } from "../../agents/user-repo.ts";
import { recordProgress, type Told } from "./told.ts";

/** A small project with a bug that its test shows. */
export const brokenFiles = {
  "package.json": '{ "name": "sums", "type": "module" }\n',
  "src/sum.js":
    "/** Adds all numbers. */\nexport function sum(numbers) {\n  let total = 0;\n  for (const number of numbers) total -= number;\n  return total;\n}\n",
  "test/sum.test.js":
    'import assert from "node:assert/strict";\nimport { test } from "node:test";\nimport { sum } from "../src/sum.js";\n\ntest("sums", () => assert.equal(sum([1, 2, 3]), 6));\n',
} as const;

/** The patch that mends it. */
export const mendingPatch =
  "--- a/src/sum.js\n+++ b/src/sum.js\n@@ -2,4 +2,4 @@\n export function sum(numbers) {\n   let total = 0;\n-  for (const number of numbers) total -= number;\n+  for (const number of numbers) total += number;\n   return total;\n";

export interface TaskOptions {
  readonly files?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly reasons?: readonly string[];
  readonly project?: Record<string, unknown>;
  readonly author?: TicketBrief["author"];
}

export interface TaskInRepo extends AsyncDisposable {
  readonly user: UserRepo;
  readonly task: EngineTask;
  readonly told: Told[];
  readonly home: string;
  readonly stop: AbortController;
}

/** A ticket on a real clone of a real repository. */
export async function openTask(options: TaskOptions = {}): Promise<TaskInRepo> {
  const {
    files = brokenFiles,
    text = "sum([1, 2, 3]) gives -6.",
    reasons = [],
    project = {},
    author,
  } = options;
  const user = await createUserRepo(files);
  const workspace = await user.open();
  await checkoutCommit(workspace.git, workspace.base.commit);
  const { told, progress } = recordProgress();
  const stop = new AbortController();
  const ticket: TicketBrief = {
    id: "T-0001",
    title: "The sum is negative",
    description: { head: text },
    priority: "normal",
    labels: [],
    checks: [],
    autonomy: "assisted",
    author: author ?? { kind: "human", id: "ada", trusted: true },
    repo: "project",
  };
  const home = join(user.stateDir, "home");
  return {
    user,
    told,
    home,
    stop,
    task: {
      ticket,
      text,
      project: ProjectFile.parse({ test: ["node", "--test"], ...project }),
      workTree: workspace.dir,
      gitDir: workspace.git.gitDir,
      reasons,
      signal: stop.signal,
      progress,
    },
    [Symbol.asyncDispose]: () => user[Symbol.asyncDispose](),
  };
}
