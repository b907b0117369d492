import { z } from "zod";

const Path = z.string();

/** How one step is taken back, noted before it is done. */
export const Undo = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("override") }),
  /** `null` for a variable that had no value. */
  z.strictObject({ do: z.literal("env"), before: z.record(z.string(), z.string().nullable()) }),
  z.strictObject({ do: z.literal("mode"), path: Path, within: Path, mode: z.int() }),
  z.strictObject({ do: z.literal("owner"), path: Path, uid: z.int(), gid: z.int() }),
  /** Directories that were made, the outermost first. */
  z.strictObject({ do: z.literal("directory"), made: z.array(Path) }),
  /** `mode` is the directory's that was there. */
  z.strictObject({ do: z.literal("file"), path: Path, mode: z.int().optional() }),
  z.strictObject({ do: z.literal("network"), name: z.string(), made: z.boolean() }),
  z.strictObject({ do: z.literal("volume"), name: z.string(), made: z.boolean() }),
  z.strictObject({ do: z.literal("stop"), container: z.string(), ran: z.boolean() }),
  z.strictObject({ do: z.literal("pull") }),
  /** What the database keeps of the old password. */
  z.strictObject({
    do: z.literal("database-password"),
    container: z.string(),
    user: z.string(),
    kept: z.string(),
  }),
  /** `backup` is a volume. */
  z.strictObject({
    do: z.literal("empty-volume"),
    volume: z.string(),
    image: z.string(),
    backup: z.string(),
  }),
]);
export type Undo = z.infer<typeof Undo>;
export type UndoOf<K extends Undo["do"]> = Extract<Undo, { readonly do: K }>;
