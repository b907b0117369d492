import { z } from "zod";
import { Check } from "./checks.ts";
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
} as const;
export type Question = keyof typeof questions;
export type QuestionInput<Q extends Question> = z.input<(typeof questions)[Q]["input"]>;
export type QuestionOutput<Q extends Question> = z.infer<(typeof questions)[Q]["output"]>;
