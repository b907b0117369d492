import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { getArtifact } from "../../bus/artifact-transfer.ts";
import { invalidInput } from "../../bus/kernel/errors.ts";
import type { ProjectFile } from "../../stacks/project-file/project-schema.ts";
import type { Operations } from "../door/operations.ts";
import type { Engine } from "../engines/engine.ts";
import { diffStats, diffText } from "../git/diff.ts";
import { readRef } from "../git/refs.ts";
import { checkoutCommit } from "../git/repositories.ts";
import { exchangedRef, ticketBranch } from "../git/workspace.ts";
import type { Llm } from "../llm/llm.ts";
import { parseDiff } from "../manager/diff-reading.ts";
import { defaultMaxDiffLines, forbiddenPaths, judge } from "../manager/review-rules.ts";
import { askProject, findRepo, ownProject } from "../runtime/project.ts";
import {
  EngineInput,
  TestInput,
  TicketInput,
  type EngineDone,
  type EngineStates,
  type Reviewed,
  type Tested,
} from "../shell/messages.ts";
import type { z } from "zod";
import { newId } from "../../bus/kernel/ids.ts";
import { handlerContext, onBranch, placeOf, type ByHandOperationsOptions } from "./by-hand-operations.ts";
import { findOrMake } from "./implement.ts";
import { inWorkspace, readProjectAt, type DeveloperServices } from "./services.ts";
import { runTests } from "./test-run.ts";

export interface HandToolsOptions extends ByHandOperationsOptions {
  readonly llm: Pick<Llm, "isConfigured">;
}

/** What the developer's agent does for its shell beside tickets by hand: tests, review, engines. */
export function handToolOperations(options: HandToolsOptions): Operations {
  const { services, hands } = options;
  const { client } = services;
  return {
    "test-local": async (input, context): Promise<z.infer<typeof Tested>> => {
      const { ticket, repo: name } = TestInput.parse(input);
      const { facts, repo } = await placeFor(services, ticket, name);
      await services.sandbox.prepare();
      const use = async (
        workspace: Parameters<Parameters<typeof inWorkspace>[4]>[0],
      ): Promise<z.infer<typeof Tested>> => {
        const tip =
          ticket === undefined ? undefined : await readRef(workspace.git, exchangedRef(ticketBranch(ticket)));
        const commit = tip ?? workspace.base.commit;
        const project = await readProjectAt(facts, workspace);
        await checkoutCommit(workspace.git, commit, context.signal);
        const { redact } = await services.redactor();
        const tests = await runTests({
          client,
          redact,
          test: project.test,
          dir: workspace.dir,
          home: services.sandbox.home,
          run: services.sandbox.run,
          signal: context.signal,
          progress: handlerContext(options, ticket ?? "", context).progress,
        });
        return { repo: repo.name, commit, tests };
      };
      return ticket === undefined
        ? inWorkspace(services, repo, "work", context.signal, use)
        : onBranch(services, repo, "work", ticket, context.signal, use);
    },
    review: async (input, { signal }): Promise<z.infer<typeof Reviewed>> => {
      const { ticket } = TicketInput.parse(input);
      const view = await client.ask("ticket.show", { id: ticket });
      const { facts, repo } = await placeOf(services, view);
      const project = ownProject(facts);
      const limits = {
        forbidden: [...forbiddenPaths, ...(project?.forbidden_paths ?? [])],
        maxDiffLines: project?.max_diff_lines ?? defaultMaxDiffLines,
      };
      return onBranch(services, repo, "merge", ticket, signal, async ({ git, base }) => {
        const tip = await readRef(git, exchangedRef(ticketBranch(ticket)));
        const { work } = view;
        if (work && (tip === undefined || work.commit === tip)) {
          const diff = Buffer.from(await getArtifact(client, work.diff)).toString("utf8");
          return { ...judge(work, parseDiff(diff), limits), diff, stats: work.stats };
        }
        if (tip === undefined)
          throw invalidInput(
            "not_pushed_yet",
            `${ticket} has no commits on its branch yet. Run: commit-push ${ticket}`,
            {
              params: { ticket },
            },
          );
        const from = (await git.run(["merge-base", base.commit, tip])).trim();
        const [diff, stats] = [await diffText(git, from, tip), await diffStats(git, from, tip)];
        const tests = { passed: true, command: "", tookMs: 0, output: { head: "" } };
        const made = {
          engine: "by-hand",
          branch: ticketBranch(ticket),
          baseBranch: base.branch,
          baseCommit: from,
          commit: tip,
          diff: "0".repeat(64),
          stats,
          tests,
        };
        return { ...judge(made, parseDiff(diff), limits), diff, stats };
      });
    },
    "engine-test": async (): Promise<z.infer<typeof EngineStates>> => {
      const project = ownProject(await askProject(client));
      const engines = await Promise.all(
        services.engines.map((engine) => stateOf(engine, project, options.llm)),
      );
      return { engines };
    },
    "engine-implement": async (input, context): Promise<z.infer<typeof EngineDone>> => {
      const { ticket, engine: name } = EngineInput.parse(input);
      if (!hands.marks.find(ticket))
        throw invalidInput(
          "by_hand_not",
          `${ticket} is not worked on by hand. Take it first: ticket-work ${ticket}`,
          {
            params: { ticket },
          },
        );
      const engines =
        name === undefined ? services.engines : services.engines.filter((engine) => engine.name === name);
      if (engines.length === 0) {
        const known = services.engines.map((engine) => engine.name).join(", ");
        throw invalidInput(
          "engine_not_usable",
          `The engine "${name ?? ""}" cannot be used: there is ${known}.`,
          {
            params: { engine: name ?? "", why: `there is ${known}` },
          },
        );
      }
      const view = await client.ask("ticket.show", { id: ticket });
      const { facts, repo } = await placeOf(services, view);
      await services.sandbox.prepare();
      return onBranch(services, repo, "work", ticket, context.signal, async (workspace) => {
        const project = await readProjectAt(facts, workspace);
        const { id, title, description, priority, labels, checks, autonomy, author, stack, reasons } = view;
        const brief = { id, title, description, priority, labels, checks, autonomy, author, repo: repo.name };
        const work = { ticket: stack === undefined ? brief : { ...brief, stack }, reasons, attempt: 1 };
        const handler = handlerContext(options, ticket, context, `hand.${newId()}`);
        return findOrMake({ ...services, engines }, workspace, project, work, handler);
      });
    },
  };
}

async function placeFor(
  services: DeveloperServices,
  ticket: string | undefined,
  name: string | undefined,
): ReturnType<typeof placeOf> {
  if (name === undefined && ticket !== undefined)
    return placeOf(services, await services.client.ask("ticket.show", { id: ticket }));
  const facts = await askProject(services.client);
  if (name !== undefined) return { facts, repo: findRepo(facts, name) };
  const [only, ...more] = facts.repos;
  if (only && more.length === 0) return { facts, repo: only };
  const known = facts.repos.map((repo) => repo.name).join(", ") || "none";
  throw invalidInput(
    "repo_unclear_here",
    `Below ${facts.root} there are these repositories: ${known}. Name one: --repo NAME`,
    { params: { root: facts.root, known } },
  );
}

/** Whether an engine can write code here, and what it lacks. */
async function stateOf(
  { name }: Engine,
  project: ProjectFile | undefined,
  llm: Pick<Llm, "isConfigured">,
): Promise<z.infer<typeof EngineStates>["engines"][number]> {
  if (name === "patch") return { name, usable: true, why: "takes tickets that carry a ```diff block" };
  if (name === "command") {
    const program = project?.engines.command?.command[0];
    if (program === undefined) return { name, usable: false, why: "dockfra.yaml has no engines.command" };
    return (await isOnPath(program))
      ? { name, usable: true, why: `runs ${program}` }
      : { name, usable: false, why: `"${program}" of dockfra.yaml is not installed here` };
  }
  return (await llm.isConfigured())
    ? { name, usable: true, why: "a language model is configured" }
    : {
        name,
        usable: false,
        why: "no language model is configured: OPENROUTER_API_KEY, or LLM_BASE_URL and LLM_MODEL",
      };
}

async function isOnPath(program: string): Promise<boolean> {
  const files = program.includes("/")
    ? [program]
    : (process.env["PATH"] ?? "")
        .split(delimiter)
        .filter(Boolean)
        .map((dir) => join(dir, program));
  for (const file of files) {
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}
