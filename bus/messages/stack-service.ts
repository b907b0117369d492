import { z } from "zod";
import { FixView } from "./diagnosis.ts";
import { StackName } from "./ticket.ts";

/** A place in a file, relative to ROOT; line and column from 1. */
const Place = z.strictObject({ file: z.string(), line: z.int(), column: z.int() });

/** One variable of the project with the value that counts; a secret's value is never here. */
export const VariableView = z.strictObject({
  name: z.string(),
  /** Absent for secrets and where there is none. */
  value: z.string().optional(),
  /** What the files say where nobody gives a value; absent for secrets and where there is none. */
  default: z.string().optional(),
  isSet: z.boolean(),
  /** Where the value comes from, weakest first. */
  source: z.enum(["discovered", "project_file", "env_file", "environment"]).optional(),
  secret: z.boolean(),
  /** Whether some stack cannot start because there is no value. */
  missing: z.boolean(),
  stacks: z.array(z.string()),
  requiredFor: z.array(z.string()),
  uses: z.array(Place),
  label: z.string().optional(),
  group: z.string().optional(),
  type: z.string().optional(),
  desc: z.string().optional(),
  placeholder: z.string().optional(),
  options: z.array(z.strictObject({ value: z.string(), label: z.string() })).optional(),
  /** Set somewhere, and no stack uses it. */
  unused: z.boolean().optional(),
  /** A stack's own env file that sets it, relative to ROOT, where that is where the value comes from. */
  sourceFile: z.string().optional(),
});
export type VariableView = z.infer<typeof VariableView>;

export const ServiceView = z.strictObject({
  name: z.string(),
  image: z.string().optional(),
  builds: z.boolean(),
  /** As Compose's short form: `127.0.0.1:8088:8088`. */
  ports: z.array(z.string()),
  profiles: z.array(z.string()).optional(),
  dependsOn: z.array(z.string()).optional(),
});

/** A stack as people see it. */
export const StackView = z.strictObject({
  name: StackName.or(z.string()),
  /** Relative to ROOT; empty for ROOT itself. */
  dir: z.string(),
  files: z.array(z.string()),
  services: z.array(ServiceView),
  variables: z.array(z.string()),
  missing: z.array(z.string()),
  deployable: z.boolean(),
  /** `engine`: runs on the engine, and its files are elsewhere or gone; absent and `root`: below ROOT. */
  source: z.enum(["root", "engine"]).optional(),
  /** Absolute, for a stack outside of ROOT. */
  absoluteDir: z.string().optional(),
  profiles: z.array(z.string()).optional(),
  /** Whether its containers run: all that should, some, none. */
  running: z.enum(["all", "some", "none"]).optional(),
});
export type StackView = z.infer<typeof StackView>;

/** A stack that runs on the engine from outside of ROOT, as its files say, or as the labels do where those are gone. */
export const EngineStack = z.strictObject({
  name: z.string().max(200),
  /** Absolute. */
  dir: z.string(),
  /** Absolute. */
  files: z.array(z.string()),
  services: z.array(ServiceView).max(200),
  variables: z.array(z.string()),
  missing: z.array(z.string()),
  profiles: z.array(z.string()),
  /** What its files do not let be read. */
  problems: z.array(Place.extend({ message: z.string() })).max(20),
});
export type EngineStack = z.infer<typeof EngineStack>;

/** Something that stands in the way of a launch, as a code with its sentence. */
export const Finding = z.strictObject({
  code: z.string(),
  severity: z.enum(["info", "warning", "error"]),
  message: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  stack: z.string().optional(),
  service: z.string().optional(),
  /** What can be done about it. */
  fixes: z.array(FixView).max(10).optional(),
  /** Names a dangerous setting, so that a person can accept exactly this one. */
  hash: z.string().max(100).optional(),
});
export type Finding = z.infer<typeof Finding>;

/** A button for after a launch, as `dockfra.yaml` has it. */
export const PostLaunchView = z.strictObject({
  label: z.string(),
  action: z.string(),
  /** Whether its condition holds now. */
  shown: z.boolean(),
});
export type PostLaunchView = z.infer<typeof PostLaunchView>;

/** All stacks below ROOT with their variables and what is wrong with them. */
export const ProjectView = z.strictObject({
  root: z.string(),
  lang: z.string().optional(),
  postLaunch: z.array(PostLaunchView).optional(),
  stacks: z.array(StackView),
  variables: z.array(VariableView),
  /** Missing values, ports in use (with who holds them), files that could not be read. */
  findings: z.array(Finding),
});
export type ProjectView = z.infer<typeof ProjectView>;

/** A device that releases can be put on. */
export const DeviceView = z.strictObject({
  name: z.string(),
  /** Whether it is the one that `dockfra devices up` makes. */
  simulated: z.boolean(),
  /** `user@host:port` */
  ssh: z.string(),
  running: z.boolean(),
  /** Whether the health check passes right now. */
  healthy: z.boolean(),
  releaseId: z.string().optional(),
  commit: z.string().optional(),
  url: z.string(),
  /** One line for people. */
  detail: z.string(),
});
export type DeviceView = z.infer<typeof DeviceView>;

/** A container of a stack, in Docker's own words. */
export const ContainerView = z.strictObject({
  name: z.string(),
  status: z.string(),
  ports: z.string(),
  image: z.string(),
  health: z.string().optional(),
  /** The Compose project it belongs to. */
  project: z.string().optional(),
  /** ROOT of the installation that made it, for Dockfra's own. */
  owner: z.string().optional(),
});
export type ContainerView = z.infer<typeof ContainerView>;
