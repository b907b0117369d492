import { putArtifact } from "../../bus/artifact-transfer.ts";
import { conflict } from "../../bus/kernel/errors.ts";
import type { Check, Evidence } from "../../bus/messages/checks.ts";
import type { CommandInput } from "../../bus/messages/commands.ts";
import { runChecks, type CheckContext } from "../../stacks/checks/check-run.ts";
import type { ProjectFile } from "../../stacks/project-file/project-schema.ts";
import type { Target } from "../../stacks/targets/target.ts";
import type { Handler } from "../runtime/handlers.ts";
import { askProject, findRepo, findStack } from "../runtime/project.ts";
import { prepareRelease, readProjectAt, withCheckTree, type MonitorServices } from "./services.ts";

const logLines = 2_000;
const maxEvidence = 100;

/** Makes the handler that takes the ticket's and the project's checks on the running app. */
export function createVerify(services: MonitorServices): Handler<"monitor.verify"> {
  return async (input, { signal, progress, commandId }) => {
    const facts = await askProject(services.client);
    const [repo, stack] = [findRepo(facts, input.repo), findStack(facts, input.stack)];
    const project = await readProjectAt(services, facts, repo, input.commit);
    const target = await services.chooseTarget(project, stack);
    await assertRunning(target, input);
    const release = await prepareRelease(
      services,
      { stack, repo, commit: input.commit, releaseId: commandId },
      signal,
    );
    const context: Omit<CheckContext, "allowCommands" | "cwd"> = {
      baseUrl: input.url,
      readLog: () => target.logs({ lines: logLines }),
      runCommand: services.sandbox.run,
      ...(services.fetchPage ? { fetchPage: services.fetchPage } : {}),
      signal,
    };
    const health = project.deploy[input.stack]?.health;
    const divided = divide(input.checks, facts.checks, health);
    const own = divided.own;
    const projects = [...divided.projects, ...logChecksOf(project, input.stack)];
    progress("verify_started", { stack: input.stack, checks: own.length + projects.length });
    const evidence = [
      ...(await runChecks(own, { ...context, cwd: release.dir, allowCommands: false })),
      ...(await withCheckTree(services, { release, repo, stack }, signal, (cwd) =>
        runChecks(projects, { ...context, cwd, allowCommands: true }),
      )),
    ];
    signal.throwIfAborted();
    // what was seen counts only if it was seen on the candidate to the end
    await assertRunning(target, input);
    const passed = evidence.every((item) => item.passed);
    const counts = {
      stack: input.stack,
      passed: evidence.filter((item) => item.passed).length,
      checks: evidence.length,
    };
    if (passed) progress("verify_passed", counts);
    else progress("verify_failed", counts);
    return { passed, evidence: await withLog(services, target, evidence) };
  };
}

/** What a stack's own log must not say. */
export function logChecksOf({ deploy }: ProjectFile, stack: string): Check[] {
  return (deploy[stack]?.log_lacks ?? []).map((lacks) => ({ kind: "log", lacks }));
}

/** @throws conflict `release_not_running` */
async function assertRunning(
  target: Target,
  { stack, commit }: CommandInput<"monitor.verify">,
): Promise<void> {
  const status = await target.status();
  if (status.running && status.commit === commit) return;
  const seen = status.running ? `commit ${status.commit?.slice(0, 12) ?? "unknown"}` : "nothing";
  throw conflict(
    "release_not_running",
    `"${stack}" runs ${seen} and not the candidate ${commit.slice(0, 12)}: ${status.detail}. Deploy it again.`,
    {
      params: { stack, commit, seen },
    },
  );
}

/** Each check once: a project's check keeps the project's rights. Where nobody asks for any, the health path is one. */
function divide(
  asked: readonly Check[],
  projects: readonly Check[],
  health: string | undefined,
): { own: Check[]; projects: Check[] } {
  const known = new Set(projects.map(keyOf));
  const own = asked.filter((check) => !known.has(keyOf(check)));
  const fallback: Check[] =
    own.length + projects.length === 0 && health !== undefined ? [{ kind: "http", path: health }] : [];
  return { own, projects: [...projects, ...fallback] };
}

function keyOf(check: Check): string {
  return JSON.stringify(Object.entries(check).toSorted());
}

/** Gives failed evidence the app's log beside it; failures come first where not all has room. */
async function withLog(
  { client }: MonitorServices,
  target: Target,
  evidence: readonly Evidence[],
): Promise<Evidence[]> {
  const failed = evidence.filter((item) => !item.passed);
  if (failed.length === 0) return evidence.slice(0, maxEvidence);
  const log = (await target.logs({ lines: logLines })).join("\n");
  const artifact = log === "" ? undefined : await putArtifact(client, Buffer.from(log, "utf8"));
  const marked = evidence.map((item) =>
    item.passed || artifact === undefined ? item : { ...item, artifact },
  );
  return marked.length <= maxEvidence
    ? marked
    : marked.toSorted((a, b) => Number(a.passed) - Number(b.passed)).slice(0, maxEvidence);
}
