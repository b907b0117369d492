import { conflict, notFound } from "../../../bus/kernel/errors.ts";
import type { Diagnosis } from "../../../bus/messages/diagnosis.ts";
import {
  questions,
  type Question,
  type QuestionInput,
  type QuestionOutput,
} from "../../../bus/messages/questions.ts";
import type { Finding, ProjectView } from "../../../bus/messages/stack-service.ts";
import type { JobView, ServiceProgress, StackAction } from "../../../bus/messages/stack-jobs.ts";
import type { LogLine } from "../../../bus/messages/stack-watch.ts";
import type { QuestionClient } from "../../../bus/ports/intents.ts";

type Out<Q extends Question> = QuestionOutput<Q>;
type Answers = { [Q in Question]?: (input: never) => Promise<Out<Q>> | Out<Q> };
type Job = { -readonly [K in keyof JobView]: JobView[K] };

/** A monitor that answers of stacks what was written down for it, and remembers what it was asked to do. */
export interface ScriptedMonitor {
  /** A test fills these. */
  readonly services: Out<"monitor.services">["services"];
  readonly series: Out<"monitor.stats">["series"];
  readonly findings: Finding[];
  readonly diagnoses: Diagnosis[];
  readonly releases: Out<"monitor.releases">["releases"];
  readonly devices: Out<"monitor.devices">["devices"];
  readonly previews: Out<"monitor.previews">["previews"];
  readonly suggestions: Out<"monitor.suggest">["suggestions"];
  readonly log: LogLine[];
  diff: string;
  /** Changes the answer to `monitor.stacks`. */
  project: (view: ProjectView) => ProjectView;
  containers: Out<"monitor.containers"> | undefined;
  /** Called as a job begins; it may move it on at once. The default leaves it running. */
  onJob: (job: Job) => void;
  readonly jobs: Map<string, Job>;
  readonly begun: { readonly action: StackAction; readonly by: string }[];
  /** Inputs of `monitor.diagnose`. */
  readonly diagnosed: QuestionInput<"monitor.diagnose">[];
  /** Answers what it knows, else passes the question on. */
  over(client: QuestionClient): QuestionClient;
}

/** Ends a job as done, with what it led to. */
export function finish(job: Job, result?: JobView["result"]): void {
  job.state = "done";
  job.endedAtMs = Date.now();
  if (result) job.result = result;
}

/** How far a service is, in short. */
export function at(
  stack: string,
  service: string,
  step: ServiceProgress["step"],
  done?: number,
): ServiceProgress {
  return { stack, service, step, ...(done === undefined ? {} : { done }) };
}

/** What else runs on this machine's engine is no part of a test. */
function ownStacks(view: ProjectView): ProjectView {
  return { ...view, stacks: view.stacks.filter(({ source }) => source !== "engine") };
}

/** Makes a monitor that has nothing to tell yet. */
export function createScriptedMonitor(): ScriptedMonitor {
  const script: Omit<ScriptedMonitor, "over"> = {
    ...{ services: [], series: [], findings: [], diagnoses: [], releases: [], devices: [], previews: [] },
    ...{ suggestions: [], log: [], diff: "", project: (view) => view, containers: undefined },
    ...{ onJob: () => undefined, jobs: new Map(), begun: [], diagnosed: [] },
  };
  const about = <T extends { stack?: string | undefined }>(list: readonly T[], stack?: string): T[] =>
    list.filter((one) => stack === undefined || one.stack === stack);
  const jobOf = (id: string): Job => {
    const job = script.jobs.get(id);
    if (job) return job;
    throw notFound("job_not_found", `There is no job ${id}. See: dockfra jobs`, { params: { job: id } });
  };
  const answers: Answers = {
    "monitor.services": ({ stack }: QuestionInput<"monitor.services">) => ({
      engine: true,
      services: about(script.services, stack),
    }),
    "monitor.stats": ({ stack }: QuestionInput<"monitor.stats">) => ({ series: about(script.series, stack) }),
    "monitor.preflight": () => ({ findings: script.findings }),
    "monitor.diagnose": (input: QuestionInput<"monitor.diagnose">) => {
      script.diagnosed.push(input);
      const found = about(script.diagnoses, input.stack);
      return {
        diagnoses: found
          .filter(({ service }) => input.service === undefined || service === input.service)
          .map(({ analysis, ...rest }) => (input.analyse && analysis ? { ...rest, analysis } : rest)),
      };
    },
    "monitor.releases": () => ({ releases: script.releases }),
    "monitor.release-diff": () => ({ diff: script.diff, cut: false }),
    "monitor.devices": () => ({ devices: script.devices }),
    "monitor.previews": () => ({ previews: script.previews }),
    "monitor.suggest": () => ({ suggestions: script.suggestions }),
    "monitor.jobs": () => ({ jobs: [...script.jobs.values()].toReversed() }),
    "monitor.job": async ({ id, waitMs = 0 }: QuestionInput<"monitor.job">) => {
      const job = jobOf(id);
      const until = performance.now() + waitMs;
      while (job.state === "running" && performance.now() < until)
        await new Promise((resolve) => setTimeout(resolve, 20));
      return structuredClone(job);
    },
    "monitor.job-cancel": ({ id }: QuestionInput<"monitor.job-cancel">) => {
      const job = jobOf(id);
      if (job.state === "running") Object.assign(job, { state: "cancelled", endedAtMs: Date.now() });
      return structuredClone(job);
    },
    "monitor.act": ({ id, action, by }: QuestionInput<"monitor.act">) => {
      const known = script.jobs.get(id);
      if (known) return structuredClone(known);
      const other = [...script.jobs.values()].find(({ state }) => state === "running");
      if (other)
        throw conflict("job_in_the_way", `The job ${other.id} is at work there.`, {
          params: { job: other.id, do: other.action.do },
        });
      const job: Job = { id, action, state: "running", startedAtMs: Date.now(), services: [], log: [] };
      script.jobs.set(id, job);
      script.begun.push({ action, by });
      script.onJob(job);
      return structuredClone(job);
    },
    "monitor.log-read": async (input: QuestionInput<"monitor.log-read">) => {
      const from = input.cursor === undefined ? undefined : Number(input.cursor);
      const until = performance.now() + (input.waitMs ?? 0);
      while (from !== undefined && script.log.length <= from && performance.now() < until)
        await new Promise((resolve) => setTimeout(resolve, 20));
      const start = from ?? (input.sinceMs === undefined ? Math.max(0, script.log.length - input.lines) : 0);
      const page = script.log.slice(start, start + input.lines);
      const word = input.search?.toLowerCase() ?? "";
      return {
        lines: page.filter(
          ({ text, service }) =>
            text.toLowerCase().includes(word) && (input.services?.includes(service) ?? true),
        ),
        cursor: String(start + page.length),
      };
    },
  };
  return Object.assign(script, {
    over: (client: QuestionClient): QuestionClient => ({
      async question(question, input, options) {
        const parsed = questions[question].input.parse(input);
        const answer = answers[question];
        if (answer)
          return questions[question].output.parse(await answer(parsed as never)) as Out<typeof question>;
        if (question === "monitor.containers" && script.containers)
          return script.containers as Out<typeof question>;
        const out = await client.question(question, input, options);
        return question === "monitor.stacks"
          ? (script.project(ownStacks(out as ProjectView)) as Out<typeof question>)
          : out;
      },
    }),
  });
}
