import { z } from "zod";
import { Check } from "./checks.ts";
import { ContainerView, ProjectView } from "./stack-service.ts";
import { Autonomy, BranchName, StackName } from "./ticket.ts";

/** A git repository at or below ROOT. */
export const RepoFacts = z.strictObject({
  name: StackName,
  /** Absolute path of its work tree. */
  dir: z.string(),
  /** The branch that tickets start from and merge into. */
  baseBranch: BranchName,
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

/** What is at ROOT now: answered by the host part of the supervisor, read-only. */
export const ProjectFacts = z.strictObject({
  root: z.string(),
  runtime: z.enum(["docker", "process"]),
  repos: z.array(RepoFacts),
  stacks: z.array(StackFacts),
  /** Checks of dockfra.yaml, for every deploy. */
  checks: z.array(Check),
  /** Level of autonomy that dockfra.yaml sets. */
  autonomy: Autonomy.optional(),
  problems: z.array(z.strictObject({ file: z.string(), message: z.string() })),
});
export type ProjectFacts = z.infer<typeof ProjectFacts>;

/** The closed list of questions that one principal answers to others, read-only. */
export const questions = {
  "host.project": { input: z.strictObject({}), output: ProjectFacts },
  /** Stacks, variables and findings below ROOT. */
  "monitor.stacks": { input: z.strictObject({}), output: ProjectView },
  /** Writes values into `dockfra/.env`; keys that the project does not know are left out. The one question that writes. */
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
  /** The last lines of a container's or a deployed stack's log. */
  "monitor.logs": {
    input: z.strictObject({ name: z.string().max(200), lines: z.int().min(1).max(2_000) }),
    output: z.strictObject({ lines: z.array(z.string()) }),
  },
} as const;
export type Question = keyof typeof questions;
export type QuestionInput<Q extends Question> = z.input<(typeof questions)[Q]["input"]>;
export type QuestionOutput<Q extends Question> = z.infer<(typeof questions)[Q]["output"]>;
