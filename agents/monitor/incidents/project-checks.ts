import { join } from "node:path";
import { DockfraError } from "../../../bus/kernel/errors.ts";
import type { Check } from "../../../bus/messages/checks.ts";
import { runChecks } from "../../../stacks/checks/check-run.ts";
import { formatCheck } from "../../../stacks/checks/check-sentence.ts";
import type { ProjectFile } from "../../../stacks/project-file/project-schema.ts";
import { askProject, findRepo, findStack } from "../../runtime/project.ts";
import type { Target } from "../../../stacks/targets/target.ts";
import { prepareRelease, withCheckTree, type MonitorServices } from "../services.ts";
import { logChecksOf } from "../verify.ts";
import type { Symptom } from "./symptom.ts";

/** How the checks of a stack were seen last. */
interface LastLook {
  /** In a row. */
  failures: number;
  observed: string;
  failedMs: number;
  isWell: boolean;
  /** What the stack had written of late when a check failed. */
  log: readonly string[];
}

/** The log as it was read last. */
interface LastLog {
  readonly atMs: number;
  /** Of a target that does not know when a line was written. */
  readonly lines: readonly string[];
}

/** One failure may be the check's own; what stands in the log was said. */
const minFailures = 2;
const logLines = 2_000;
const shownLines = 60;

/** Takes the project's checks on the stacks that run, again and again. */
export class ProjectChecks {
  readonly #services: MonitorServices;
  readonly #looks = new Map<string, LastLook>();
  readonly #logs = new Map<string, LastLog>();

  constructor(services: MonitorServices) {
    this.#services = services;
  }

  /** Takes them once; a stack that is stopped, or being changed, is left as it was. */
  async take(
    project: ProjectFile,
    isChanging: (stack: string) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const names = Object.keys(project.deploy);
    for (const name of names) {
      if (isChanging(name)) {
        this.#looks.delete(name);
        this.#logs.delete(name);
        continue;
      }
      const checks = checksOf(project, name, names.length === 1);
      if (checks.length === 0) continue;
      try {
        await this.#look(project, name, checks, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof DockfraError)) throw error;
        // a stack that cannot be asked now is neither well nor ill
        this.#looks.delete(name);
      }
    }
  }

  symptoms(): Symptom[] {
    return [...this.#looks].flatMap(([stack, { failures, observed, failedMs: atMs, log }]) =>
      failures >= minFailures
        ? [{ stack, code: "check_fails" as const, atMs, what: observed, times: failures, log }]
        : [],
    );
  }

  /** Whether a stack's checks passed when they were taken last. */
  isWell(stack: string): boolean {
    return this.#looks.get(stack)?.isWell === true;
  }

  async #look(
    project: ProjectFile,
    stack: string,
    checks: readonly Check[],
    signal: AbortSignal,
  ): Promise<void> {
    const { chooseTarget, root, fetchPage, sandbox } = this.#services;
    const target = await chooseTarget(project, { name: stack, dir: root, files: [], deployable: true });
    const { running, url, commit } = await target.status();
    if (!running) return void this.#looks.delete(stack);
    const written = checks.some(({ kind }) => kind === "log") ? await this.#newLines(stack, target) : [];
    const take = (cwd: string) =>
      runChecks(checks, {
        ...{ baseUrl: url, cwd, allowCommands: true, signal, runCommand: sandbox.run },
        ...{ readLog: () => Promise.resolve(written), ...(fetchPage ? { fetchPage } : {}) },
      });
    const ownDir = join(root, project.deploy[stack]?.dir ?? ".");
    const evidence = checks.some(({ kind }) => kind === "command")
      ? await this.#inTree(stack, commit, ownDir, signal, take)
      : await take(ownDir);
    if (signal.aborted) return;
    const failed = evidence.filter(({ passed }) => !passed);
    const known = this.#looks.get(stack) ?? { failures: 0, observed: "", failedMs: 0, isWell: true, log: [] };
    const [first] = failed;
    if (first === undefined) {
      this.#looks.set(stack, { ...known, failures: 0, isWell: true });
      return;
    }
    const isSaid = failed.some(({ check }) => check.kind === "log");
    this.#looks.set(stack, {
      failures: Math.max(known.failures + 1, isSaid ? minFailures : 1),
      observed: `${formatCheck(first.check)}: ${first.observed}`,
      ...{ failedMs: Date.now(), isWell: false },
      log: written.length > 0 ? written.slice(-shownLines) : await target.logs({ lines: shownLines }),
    });
  }

  /** What the stack wrote since the last look; none at the first. */
  async #newLines(stack: string, target: Target): Promise<readonly string[]> {
    const known = this.#logs.get(stack);
    const atMs = Date.now();
    const lines = await target.logs({ lines: logLines, sinceMs: known?.atMs ?? atMs });
    this.#logs.set(stack, { atMs, lines: target.timesLog === true ? [] : lines });
    return known === undefined ? [] : withoutKnown(lines, known.lines);
  }

  /** Lends the files of what runs; those at ROOT where nobody knows its commit. */
  async #inTree<T>(
    name: string,
    commit: string | undefined,
    ownDir: string,
    signal: AbortSignal,
    use: (cwd: string) => Promise<T>,
  ): Promise<T> {
    if (commit === undefined) return use(ownDir);
    const facts = await askProject(this.#services.client);
    const stack = findStack(facts, name);
    const repo = findRepo(facts, stack.repo ?? facts.repos[0]?.name ?? "");
    const wish = { stack, repo, commit, releaseId: "checks" };
    const release = await prepareRelease(this.#services, wish, signal);
    return withCheckTree(this.#services, { release, repo, stack }, signal, use);
  }
}

/** Lines that were not there before; of the same ones as many as there are more of. */
function withoutKnown(lines: readonly string[], known: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of known) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    if (count > 0) left.set(line, count - 1);
    return count === 0;
  });
}

/** Where one stack is deployed the project's checks are its own. */
function checksOf(project: ProjectFile, stack: string, isOnly: boolean): Check[] {
  const health = project.deploy[stack]?.health;
  return [
    ...(isOnly ? project.checks : []),
    ...(health === undefined ? [] : [{ kind: "http" as const, path: health }]),
    ...logChecksOf(project, stack),
  ];
}
