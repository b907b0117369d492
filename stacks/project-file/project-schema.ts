import { z } from "zod";
import { UrlPath, type Check } from "../../bus/messages/checks.ts";
import { StackName } from "../../bus/messages/ticket.ts";
import { conditionKinds } from "./launch-condition.ts";
import { parseCheck } from "../checks/check-sentence.ts";

const noNul = z
  .string()
  .max(4_000)
  .refine((text) => !text.includes("\0"), "must not hold a NUL character");
const Argv = z
  .array(noNul)
  .min(1)
  .max(100)
  .refine((argv) => argv[0] !== "", "needs a program as its first member");
const EnvKey = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,199}$/, "is no name of an environment variable");
/** Numbers and booleans are what YAML makes of unquoted values; the environment holds text only. */
const EnvValue = z.union([noNul, z.number(), z.boolean()]).transform(String);
const Env = z.record(EnvKey, EnvValue);
const RelativePath = noNul
  .min(1)
  .refine((path) => !path.startsWith("/") && !path.split("/").includes(".."), "must stay below the project");
const Seconds = z.int().min(1).max(86_400);

/** A program of the operator's, with its time limit. */
const Program = z.union([
  Argv.transform((command) => ({ command })),
  z.strictObject({ command: Argv, timeout_s: Seconds.optional() }),
]);
const EngineProgram = z.union([
  Argv.transform((command) => ({ command })),
  z.strictObject({ command: Argv, timeout_s: Seconds.optional(), env: Env.optional() }),
]);

const CheckSentence = z
  .string()
  .max(5_000)
  .transform((sentence, context): Check => {
    try {
      return parseCheck(sentence);
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  });
const httpFields = {
  status: z.int().min(100).max(599).optional(),
  contains: z.string().min(1).max(2_000).optional(),
  lacks: z.string().min(1).max(2_000).optional(),
};
const HttpEntry = z
  .strictObject({ http: z.union([UrlPath, z.strictObject({ path: UrlPath, ...httpFields })]) })
  .transform(({ http }): Check => ({ kind: "http", ...(typeof http === "string" ? { path: http } : http) }));
const CommandEntry = z
  .strictObject({ command: Argv.max(50) })
  .transform(({ command }): Check => ({ kind: "command", argv: command }));
const LogEntry = z
  .strictObject({ log: z.strictObject({ lacks: z.string().min(1).max(2_000) }) })
  .transform(({ log }): Check => ({ kind: "log", lacks: log.lacks }));

const HttpUrl = z
  .url({ protocol: /^https?$/, error: "must be an http or https URL" })
  .refine(
    (url) => !URL.canParse(url) || (new URL(url).pathname === "/" && new URL(url).search === ""),
    "must end after host and port",
  );

export const targetKinds = ["process", "compose", "device", "remote", "swarm"] as const;
export type TargetKind = (typeof targetKinds)[number];

/** What says where a device is: only for `target: device`. */
const deviceFields = {
  host: z
    .string()
    .regex(/^[A-Za-z0-9:][A-Za-z0-9.:-]{0,252}$/, "must be a host name or an address")
    .optional(),
  port: z.int().min(1).max(65_535).optional(),
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,31}$/, "must be the name of a user")
    .optional(),
  /** Directory on the device that is the stack's own. */
  path: z
    .string()
    .max(500)
    .regex(/^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/, "must be an absolute path of plain names")
    .optional(),
  /** The device's host key, as in its `/etc/ssh/ssh_host_ed25519_key.pub`. */
  host_key: z
    .string()
    .regex(
      /^(?:ssh-ed25519|ecdsa-sha2-nistp\d{3}|ssh-rsa) [A-Za-z0-9+/]{40,2000}={0,2}(?: .{0,200})?$/,
      "must be a public host key, as type and base64",
    )
    .optional(),
} as const;

const ServiceKey = z.string().regex(/^[a-zA-Z0-9._-]{1,200}$/, "must be the name of a service or a volume");

/** What is kept of a stack's data before each change, so that a rollback can bring it back. */
const Snapshot = z
  .strictObject({
    volumes: z.array(ServiceKey).max(50).default([]).describe("Volumes by their names in the compose file."),
    service: ServiceKey.optional().describe("The service in which command and restore run."),
    command: Argv.optional().describe("Writes the data on its standard output, as pg_dump does."),
    restore: Argv.optional().describe("Reads that back from its standard input, as psql does."),
  })
  .refine(
    ({ service, command, restore }) =>
      (service === undefined) === (command === undefined) && (restore === undefined || command !== undefined),
    "needs service and command together, and restore only with them",
  );

/** Where and how one stack is deployed. */
export const StackDeploy = z
  .strictObject({
    target: z.enum(["auto", ...targetKinds]).default("auto"),
    command: Argv.optional(),
    env: Env.default({}),
    url: HttpUrl.optional(),
    health: UrlPath.optional(),
    health_timeout_s: Seconds.default(30),
    dir: RelativePath.default("."),
    files: z.array(RelativePath).min(1).max(20).optional(),
    project: StackName.optional(),
    /** The service through which requests come in; those behind it are replaced while they answer. */
    proxy: ServiceKey.optional(),
    snapshot: Snapshot.optional(),
    log_lacks: z.array(z.string().min(1).max(2_000)).max(50).default([]),
    ...deviceFields,
  })
  .superRefine((deploy, context) => {
    const misplaced = (Object.keys(deviceFields) as (keyof typeof deviceFields)[]).find(
      (key) => deploy[key] !== undefined,
    );
    const isEngine = deploy.target === "remote" || deploy.target === "swarm";
    const isElsewhere = deploy.target === "device" || (isEngine && deploy.path === undefined);
    if (misplaced !== undefined && !isElsewhere)
      context.addIssue({ code: "custom", path: [misplaced], message: "is for target: device only" });
    for (const key of ["host", "user", "url"] as const)
      if (deploy.target === "remote" && deploy[key] === undefined)
        context.addIssue({
          code: "custom",
          path: [],
          message: `needs "${key}" to run on an engine elsewhere`,
        });
    if ((deploy.target === "device" || isEngine) && deploy.command !== undefined)
      context.addIssue({ code: "custom", path: ["command"], message: `is not for target: ${deploy.target}` });
    if (deploy.target !== "process" && deploy.command === undefined) return;
    for (const key of ["command", "url", "health"] as const)
      if (deploy[key] === undefined)
        context.addIssue({ code: "custom", path: [], message: `needs "${key}" to run as a process` });
  });
export type StackDeploy = z.infer<typeof StackDeploy>;

const variableTypes = ["text", "password", "select", "port", "number", "boolean", "path", "url"] as const;
const Scalar = z.union([z.string().max(10_000), z.number(), z.boolean()]);
const Variable = z.strictObject({
  label: z.string().max(500).optional(),
  group: z.string().max(200).optional(),
  type: z.enum(variableTypes).optional(),
  desc: z.string().max(2_000).optional(),
  placeholder: z.string().max(500).optional(),
  default: Scalar.optional(),
  required_for: z.array(z.string().max(200)).max(100).optional(),
  autodetect: z.union([z.boolean(), z.string().max(200)]).optional(),
  options: z.array(Scalar).max(200).optional(),
});
/** As a text, or as `{stack_running: app}`, which becomes that text; what it asks is read where it is evaluated. */
const Condition = z
  .union([
    z.string().max(2_000),
    z.partialRecord(z.enum(conditionKinds), z.union([z.string().max(200), z.boolean()])),
  ])
  .transform((said) => {
    if (typeof said === "string") return said;
    const terms = Object.entries(said).map(([kind, name]) => {
      if (typeof name === "boolean") return name ? kind : `not ${kind}`;
      return `${kind}:${name}`;
    });
    return terms.join(" and ");
  });
const PostLaunch = z.strictObject({
  label: z.string().max(500),
  action: z.string().max(2_000),
  condition: Condition.optional(),
});

/** Which files of a directory make its stack, and which of its optional services start. */
const StackFiles = z
  .strictObject({
    dir: RelativePath.default(".").describe("The stack's directory, relative to this file."),
    files: z
      .array(RelativePath)
      .min(1)
      .max(20)
      .optional()
      .describe("Compose files as with -f, relative to dir, each laid over the one before."),
    profiles: z
      .array(z.string().regex(/^(?:\*|[a-zA-Z0-9][a-zA-Z0-9_.-]*)$/, "must be a profile's name, or *"))
      .max(50)
      .optional()
      .describe("Profiles that are on beside those of COMPOSE_PROFILES."),
    depends_on: z
      .array(StackName)
      .max(50)
      .optional()
      .describe("Stacks that a launch starts before this one."),
  })
  .describe("Which files of a directory make its stack.");

/** How copies of stacks for tickets are kept small in number, size and age. */
export const PreviewSettings = z
  .strictObject({
    auto: z.boolean().default(false).describe("Open a preview by itself when a ticket's review begins."),
    max: z.int().min(0).max(100).default(3).describe("How many may be there at once."),
    memory_mb: z
      .int()
      .min(16)
      .max(1_048_576)
      .default(1_024)
      .describe("What one preview may take, all its services together."),
    max_age_h: z.number().positive().max(8_760).default(24).describe("After how many hours one is closed."),
    data: z
      .enum(["empty", "copy"])
      .default("empty")
      .describe("Whether its volumes begin empty, or with a copy of what the running stack has."),
  })
  .describe("Isolated copies of a stack, one per ticket.");
export type PreviewSettings = z.infer<typeof PreviewSettings>;

/** When something that goes wrong in production becomes a ticket, and when that is over. */
export const IncidentSettings = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe("Whether tickets are opened for what goes wrong in production."),
    quiet_s: Seconds.default(600).describe("How long a symptom must stay away before its incident is over."),
    checks_every_s: Seconds.default(60).describe("How often the project's checks are taken on what runs."),
    unhealthy_s: Seconds.default(60).describe("How long a service may be unhealthy before it counts."),
  })
  .describe("What goes wrong in production and becomes a ticket.");
export type IncidentSettings = z.infer<typeof IncidentSettings>;

/** What a project's `dockfra.yaml` says, version 1. */
export const ProjectFile = z.strictObject({
  lang: z
    .string()
    .regex(/^[a-z]{2}(-[A-Za-z]{2,4})?$/, "must be a language code such as en")
    .optional(),
  autonomy: z.enum(["manual", "assisted", "autonomous"]).optional(),
  test: Program.optional(),
  checks: z
    .array(z.union([CheckSentence, HttpEntry, CommandEntry, LogEntry]))
    .max(200)
    .default([]),
  engines: z.strictObject({ command: EngineProgram.optional() }).default({}),
  forbidden_paths: z.array(noNul.min(1)).max(200).default([]),
  max_diff_lines: z.int().min(1).max(1_000_000).optional(),
  stacks: z.record(StackName, StackFiles).default({}),
  deploy: z.record(StackName, StackDeploy).default({}),
  env: z.record(EnvKey, Variable).default({}),
  previews: PreviewSettings.prefault({}),
  incidents: IncidentSettings.prefault({}),
  post_launch: z.array(PostLaunch).max(100).default([]),
  budgets: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,60}$/), z.number().nonnegative()).default({}),
});
export type ProjectFile = z.infer<typeof ProjectFile>;
