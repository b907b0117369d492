import { z } from "zod";
import { Check } from "./checks.ts";
import { Diagnosis } from "./diagnosis.ts";
import { AppClone, FileChange } from "./host-work.ts";
import { ComposeEnvironment, JobView, StackAction } from "./stack-jobs.ts";
import { Role } from "./principals.ts";
import { ContainerView, DeviceView, EngineStack, Finding, ProjectView } from "./stack-service.ts";
import { LogLine, PreviewView, ServiceState, StackRelease, StatSeries, logLevels } from "./stack-watch.ts";
import { Autonomy, BranchName, StackName } from "./ticket.ts";

/** A git repository at or below ROOT. */
export const RepoFacts = z.strictObject({
  name: StackName,
  /** Absolute path of its work tree. */
  dir: z.string(),
  /** The branch that tickets start from and merge into. */
  baseBranch: BranchName,
  /** Where roles in containers fetch it from: the mirror of its branches that the host keeps; absent: its own directory. */
  fetchFrom: z.string().optional(),
});

/** A stack that tickets can be deployed to. */
export const StackFacts = z.strictObject({
  name: StackName,
  repo: StackName.optional(),
  /** Absolute path of its directory. */
  dir: z.string(),
  /** Compose files, relative to `dir`. */
  files: z.array(z.string()),
  /** Whether dockfra.yaml says how to deploy it. */
  deployable: z.boolean(),
});

/** What people should know of how the roles run, as code and parameters of a sentence. */
export const RuntimeWarning = z.strictObject({
  code: z.string().min(1).max(100),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type RuntimeWarning = z.infer<typeof RuntimeWarning>;

/** What is at ROOT now: answered by the host part of the supervisor, read-only. */
export const ProjectFacts = z.strictObject({
  root: z.string(),
  runtime: z.enum(["docker", "process"]),
  /** Why the roles run as processes although containers keep them apart better; code and parameters of its sentence. */
  runtimeWarning: RuntimeWarning.optional(),
  /** Ports of loopback where roles answer over SSH; a role without one has no door. */
  sshPorts: z.partialRecord(Role, z.int().min(1).max(65_535)).optional(),
  repos: z.array(RepoFacts),
  stacks: z.array(StackFacts),
  /** Checks of dockfra.yaml, for every deploy. */
  checks: z.array(Check),
  /** Text of ROOT's dockfra.yaml, for roles that cannot read ROOT. */
  projectFile: z.string().max(262_144).optional(),
  /** Level of autonomy that dockfra.yaml sets. */
  autonomy: Autonomy.optional(),
  problems: z.array(z.strictObject({ file: z.string(), message: z.string() })),
});
export type ProjectFacts = z.infer<typeof ProjectFacts>;

/** One command of a role's shell, as the command grid shows it. */
export const RoleCommandView = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
  summary: z.string().max(300),
  /** Its arguments as people write them: `<ticket> [--json]`; empty where it takes none. */
  usage: z.string().max(200),
  /** Whether it comes with Dockfra, or from a role folder of the project. */
  source: z.enum(["built_in", "project"]),
});
export type RoleCommandView = z.infer<typeof RoleCommandView>;

/** What a role's shell offers. */
const roleCommands = {
  input: z.strictObject({}),
  output: z.strictObject({ commands: z.array(RoleCommandView).max(500) }),
} as const;

/** Runs one command of a role's shell to its end, as the shell's user; nothing of the project's runs on the host. */
const runRoleCommand = {
  input: z.strictObject({
    command: RoleCommandView.shape.name,
    args: z.array(z.string().max(8_192)).max(50),
    /** The longest it may take; default 30 s. */
    timeoutMs: z.int().min(1_000).max(600_000).optional(),
  }),
  output: z.strictObject({
    exitCode: z.int(),
    /** What it wrote, standard output and error as they came, at most 256 KiB; older lines are cut first. */
    output: z.string().max(262_144),
    cut: z.boolean(),
  }),
} as const;

/** The closed list of questions that one principal answers to others, read-only but where one says so. */
export const questions = {
  "host.project": { input: z.strictObject({}), output: ProjectFacts },
  /** What this machine suggests for a variable. */
  "host.detect": {
    input: z.strictObject({ key: z.string().max(200) }),
    output: z.strictObject({
      value: z.string().optional(),
      hint: z.string().optional(),
      options: z.array(z.strictObject({ value: z.string(), label: z.string() })),
    }),
  },
  /** Whether TCP ports of loopback are free, who holds those that are not, and the next free one above each. */
  "host.ports": {
    input: z.strictObject({ ports: z.array(z.int().min(1).max(65_535)).min(1).max(200) }),
    output: z.strictObject({
      ports: z.array(
        z.strictObject({
          port: z.int(),
          free: z.boolean(),
          /** The process that holds it, as `nginx (pid 812)`; absent where that cannot be seen. */
          holder: z.string().optional(),
          nextFree: z.int().optional(),
        }),
      ),
    }),
  },
  /** Stacks that run on the local engine from outside of ROOT, read where they are; Dockfra's own are left out. */
  "host.engine-stacks": {
    input: z.strictObject({}),
    output: z.strictObject({ stacks: z.array(EngineStack).max(100) }),
  },
  /** One GET of a stack's own address on this machine, as a browser here would do it; other addresses are refused. */
  "host.fetch": {
    input: z.strictObject({
      url: z.url({ protocol: /^https?$/ }).max(4_000),
      timeoutMs: z.int().min(100).max(30_000),
    }),
    output: z.strictObject({
      status: z.int(),
      contentType: z.string().max(300).optional(),
      /** At most 256 KiB. */
      bodyBase64: z.string().max(350_000),
      cut: z.boolean(),
      tookMs: z.number().nonnegative(),
    }),
  },
  /** Writes: one change of files below ROOT, for a monitor that sees ROOT read-only; never in `.git`, never in Dockfra's own directory. */
  "host.files": { input: FileChange, output: z.strictObject({}) },
  /** Writes: begins to clone the app's code, or tells how far that is, at once where there is news; nobody asking ends it. */
  "host.clone-app": {
    input: z.strictObject({
      id: z.string().max(64),
      /** How many lines the asker has. */
      after: z.int().min(0),
      cancel: z.boolean().optional(),
    }),
    output: AppClone,
  },
  "manager.commands": roleCommands,
  "manager.run": runRoleCommand,
  "developer.commands": roleCommands,
  "developer.run": runRoleCommand,
  "monitor.commands": roleCommands,
  "monitor.run": runRoleCommand,
  "autopilot.commands": roleCommands,
  "autopilot.run": runRoleCommand,
  /** Stacks, variables and findings below ROOT. */
  "monitor.stacks": { input: z.strictObject({}), output: ProjectView },
  /** Writes values into `dockfra/.env`; keys that the project does not know are left out. */
  "monitor.env-set": {
    input: z.strictObject({ values: z.record(z.string().max(200), z.string().max(32_768)) }),
    output: z.strictObject({ updated: z.array(z.string()) }),
  },
  /** What this machine suggests for a variable. */
  "monitor.detect": {
    input: z.strictObject({ key: z.string().max(200) }),
    output: z.strictObject({
      value: z.string().optional(),
      hint: z.string().optional(),
      options: z.array(z.strictObject({ value: z.string(), label: z.string() })),
    }),
  },
  /** Containers on the local engine; empty where none answers. */
  "monitor.containers": {
    input: z.strictObject({}),
    output: z.strictObject({ engine: z.boolean(), containers: z.array(ContainerView) }),
  },
  /** Devices that releases can be put on: those of dockfra.yaml, and the simulated one where it was started. */
  "monitor.devices": {
    input: z.strictObject({}),
    output: z.strictObject({ devices: z.array(DeviceView).max(100) }),
  },
  /** The last lines of a container's or a deployed stack's log. */
  "monitor.logs": {
    input: z.strictObject({ name: z.string().max(200), lines: z.int().min(1).max(2_000) }),
    output: z.strictObject({ lines: z.array(z.string()) }),
  },
  /** What stands in the way of a launch, found before anything is started. */
  "monitor.preflight": {
    input: z.strictObject({
      stacks: z.array(z.string().max(200)).max(100),
      environment: ComposeEnvironment.optional(),
    }),
    output: z.strictObject({ findings: z.array(Finding) }),
  },
  /** Begins a job; the same id again gives the same job. */
  "monitor.act": {
    input: z.strictObject({
      id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
      action: StackAction,
      /** Who asks, for the list of releases. */
      by: z.string().max(200),
    }),
    output: JobView,
  },
  "monitor.jobs": { input: z.strictObject({}), output: z.strictObject({ jobs: z.array(JobView).max(50) }) },
  /** Answers when the job has ended, or after `waitMs`. */
  "monitor.job": {
    input: z.strictObject({ id: z.string().max(64), waitMs: z.int().min(0).max(10_000).optional() }),
    output: JobView,
  },
  "monitor.job-cancel": { input: z.strictObject({ id: z.string().max(64) }), output: JobView },
  /** Services of all stacks, or of one, as they run. */
  "monitor.services": {
    input: z.strictObject({
      stack: z.string().max(200).optional(),
      /** Asks the registries for newer images first; otherwise what is known from at most hourly checks counts. */
      checkImages: z.boolean().optional(),
    }),
    output: z.strictObject({ engine: z.boolean(), services: z.array(ServiceState) }),
  },
  /** CPU, memory, network and restarts of containers that run or ran lately; sampled every 2 s while somebody asks, else every 10 s. */
  "monitor.stats": {
    input: z.strictObject({ stack: z.string().max(200).optional(), sinceMs: z.int().optional() }),
    output: z.strictObject({ series: z.array(StatSeries) }),
  },
  /** Lines of a stack's log after a cursor; waits for new ones up to `waitMs`. Without a cursor: the last lines. */
  "monitor.log-read": {
    input: z.strictObject({
      stack: z.string().max(200),
      services: z.array(z.string().max(200)).max(200).optional(),
      cursor: z.string().max(200).optional(),
      sinceMs: z.int().optional(),
      /** Only lines that hold this text, small and capital letters alike. */
      search: z.string().max(500).optional(),
      minLevel: z.enum(logLevels).optional(),
      lines: z.int().min(1).max(5_000),
      waitMs: z.int().min(0).max(10_000).optional(),
    }),
    output: z.strictObject({ lines: z.array(LogLine), cursor: z.string() }),
  },
  /** Why something does not run, and what can be done about it. */
  "monitor.diagnose": {
    input: z.strictObject({
      stack: z.string().max(200).optional(),
      service: z.string().max(200).optional(),
      /** Whether a model is asked too. */
      analyse: z.boolean().optional(),
    }),
    output: z.strictObject({ diagnoses: z.array(Diagnosis) }),
  },
  "monitor.releases": {
    input: z.strictObject({ stack: z.string().max(200) }),
    output: z.strictObject({ releases: z.array(StackRelease).max(200) }),
  },
  /** Difference of the resolved configuration between two releases, secrets masked; `from` defaults to the one before. */
  "monitor.release-diff": {
    input: z.strictObject({
      stack: z.string().max(200),
      from: z.string().max(120).optional(),
      to: z.string().max(120),
    }),
    output: z.strictObject({ diff: z.string().max(262_144), cut: z.boolean() }),
  },
  "monitor.previews": {
    input: z.strictObject({}),
    output: z.strictObject({ previews: z.array(PreviewView).max(200) }),
  },
  /** Everything this machine suggests for a variable, each with where it comes from. */
  "monitor.suggest": {
    input: z.strictObject({ key: z.string().max(200) }),
    output: z.strictObject({
      suggestions: z
        .array(
          z.strictObject({
            value: z.string().max(32_768),
            label: z.string().max(300),
            /** Code of where it comes from, with its params: `from_git_remote`, `from_free_port`. */
            code: z.string().max(100),
            params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
            secret: z.boolean(),
          }),
        )
        .max(50),
    }),
  },
} as const;
export type Question = keyof typeof questions;
export type QuestionInput<Q extends Question> = z.input<(typeof questions)[Q]["input"]>;
export type QuestionOutput<Q extends Question> = z.infer<(typeof questions)[Q]["output"]>;
