import { DockfraError } from "../../../bus/kernel/errors.ts";
import type { Check } from "../../../bus/messages/checks.ts";
import { runChecks } from "../../../stacks/checks/check-run.ts";
import { formatCheck } from "../../../stacks/checks/check-sentence.ts";
import type { ProjectFile } from "../../../stacks/project-file/project-schema.ts";
import type { MonitorServices } from "../services.ts";
import type { Symptom } from "./symptom.ts";

/** How the checks of a stack were seen last. */
interface LastLook {
  /** In a row. */
  failures: number;
  observed: string;
  failedMs: number;
  isWell: boolean;
}

/** One failure may be the check's own. */
const minFailures = 2;

/** Takes the project's checks on the stacks that run, again and again. */
export class ProjectChecks {
  readonly #services: MonitorServices;
  readonly #looks = new Map<string, LastLook>();

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
    return [...this.#looks].flatMap(([stack, { failures, observed, failedMs: atMs }]) =>
      failures >= minFailures
        ? [{ stack, code: "check_fails" as const, atMs, what: observed, times: failures }]
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
    const { chooseTarget, root, fetchPage } = this.#services;
    const target = await chooseTarget(project, { name: stack, dir: root, files: [], deployable: true });
    const { running, url } = await target.status();
    if (!running) return void this.#looks.delete(stack);
    const evidence = await runChecks(checks, {
      ...{ baseUrl: url, cwd: "/", allowCommands: false, signal, readLog: () => Promise.resolve([]) },
      ...(fetchPage ? { fetchPage } : {}),
    });
    if (signal.aborted) return;
    const failed = evidence.filter(({ passed }) => !passed);
    const known = this.#looks.get(stack) ?? { failures: 0, observed: "", failedMs: 0, isWell: true };
    const [first] = failed;
    if (first === undefined) this.#looks.set(stack, { ...known, failures: 0, isWell: true });
    else {
      const observed = `${formatCheck(first.check)}: ${first.observed}`;
      this.#looks.set(stack, { failures: known.failures + 1, observed, failedMs: Date.now(), isWell: false });
    }
  }
}

/** Pages only: a command may cost much, and a log keeps what was once said. */
function checksOf({ checks, deploy }: ProjectFile, stack: string, isOnly: boolean): Check[] {
  const health = deploy[stack]?.health;
  const own = isOnly ? checks.filter(({ kind }) => kind === "http") : [];
  return [...own, ...(health === undefined ? [] : [{ kind: "http" as const, path: health }])];
}
