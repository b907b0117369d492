import { z } from "zod";

/** One attribute of a service or network in the generated override; `replace` puts it in the place of what the files say. */
const Change = z.strictObject({ value: z.unknown(), replace: z.boolean().default(false) });
const Changes = z.record(z.string().regex(/^[a-z_]{1,40}$/), Change);

/** What a fix changes in the generated override file of a stack, by service and by network. */
export const Patch = z.strictObject({
  services: z.record(z.string().max(200), Changes).default({}),
  networks: z.record(z.string().max(200), Changes).default({}),
});
export type Patch = z.infer<typeof Patch>;

const Path = z.string().startsWith("/").max(4_096);
const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/);

/** One step of a fix; each knows how to take itself back. */
export const FixStep = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("override"), patch: Patch }),
  /** Into `dockfra/.env`; `null` is a random secret that nobody is told. */
  z.strictObject({
    do: z.literal("env"),
    values: z.record(z.string().max(200), z.string().max(4_096).nullable()),
  }),
  /** `within` is the mount that the file is in: nothing outside of it is touched, whatever links say. */
  z.strictObject({ do: z.literal("mode"), path: Path, within: Path, mode: z.int().min(0).max(0o7777) }),
  z.strictObject({ do: z.literal("owner"), path: Path, uid: z.int().min(0), gid: z.int().min(0) }),
  z.strictObject({ do: z.literal("directory"), path: Path }),
  /** An empty directory that the engine made because the file was missing; the file is a copy of `example`, or empty. */
  z.strictObject({ do: z.literal("file"), path: Path, example: Path.optional() }),
  z.strictObject({ do: z.literal("network"), name: Name }),
  z.strictObject({ do: z.literal("volume"), name: Name }),
  z.strictObject({ do: z.literal("stop"), container: Name }),
  z.strictObject({ do: z.literal("pull"), image: z.string().max(500), platform: z.string().max(100) }),
  /** Makes a database take the password that the stack has now. */
  z.strictObject({ do: z.literal("database-password"), container: Name, user: z.string().max(63) }),
  /** Empties a volume; what was in it is kept in another one. */
  z.strictObject({ do: z.literal("empty-volume"), volume: Name, container: Name }),
]);
export type FixStep = z.infer<typeof FixStep>;

/** Where a stack's files are, as `docker compose` is told. */
export const StackPlace = z.strictObject({
  project: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,200}$/),
  /** Absolute. */
  dir: z.string(),
  /** Absolute, in order; without the generated override of fixes. */
  files: z.array(z.string()),
  /** Absolute; those that are missing are left out. */
  envFiles: z.array(z.string()),
  profiles: z.array(z.string()).optional(),
});
export type StackPlace = z.infer<typeof StackPlace>;

/** What a fix is, as it was offered. */
export const FixOffer = z.strictObject({
  /** Key of its sentence. */
  code: z.string().max(100),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** Whether data stays and others are not touched; anything else asks first. */
  safe: z.boolean(),
  steps: z.array(FixStep).max(20),
  /** Services that are started again afterwards, and have to run then; `all` for the stack. */
  services: z.union([z.array(z.string().max(200)).max(200), z.literal("all")]),
});
export type FixOffer = z.input<typeof FixOffer>;

/** An offer with the stack that it is for. */
export const FixPlan = z.strictObject({ id: z.string(), place: StackPlace, offer: FixOffer });
export type FixPlan = z.infer<typeof FixPlan>;

/** Steps that leave nothing to take back. */
const lasting: ReadonlySet<FixStep["do"]> = new Set(["pull"]);

/** Whether the job `undo` can take a fix back: all of its steps can, and there are some. */
export function isUndoable({ steps }: Pick<FixOffer, "steps">): boolean {
  return steps.length > 0 && steps.every((step) => !lasting.has(step.do));
}
