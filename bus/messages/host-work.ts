import { z } from "zod";
import { ErrorInfo } from "./error-info.ts";

const Path = z.string().startsWith("/").max(4_096);
const Mode = z.int().min(0).max(0o7777);

/** One change of files that a fix makes or takes back; the closed list of what the host does for the monitor. */
export const FileChange = z.discriminatedUnion("do", [
  /** `within` is the mount that the file is in: nothing outside of it is touched, whatever links say. */
  z.strictObject({ do: z.literal("mode"), path: Path, within: Path, mode: Mode }),
  /** Of a directory, and of nothing in it. */
  z.strictObject({ do: z.literal("owner"), path: Path, uid: z.int().min(0), gid: z.int().min(0) }),
  /** With those above it; one that is there stays. */
  z.strictObject({ do: z.literal("make-directory"), path: Path, mode: Mode.optional() }),
  /** Only while it is empty. */
  z.strictObject({ do: z.literal("remove-directory"), path: Path }),
  /** Where there is nothing, or an empty directory; a copy of `example`, or empty. */
  z.strictObject({ do: z.literal("make-file"), path: Path, example: Path.optional() }),
  z.strictObject({ do: z.literal("remove-file"), path: Path }),
  /** In `dockfra/.env`; `null` takes a variable out. */
  z.strictObject({
    do: z.literal("env"),
    values: z.record(z.string().max(200), z.string().max(32_768).nullable()),
  }),
]);
export type FileChange = z.infer<typeof FileChange>;

/** How far the host is with getting the app's code. */
export const AppClone = z.strictObject({
  /** Lines after those that the asker has. */
  lines: z.array(z.string().max(4_000)).max(1_000),
  /** Absent while it is at work. */
  end: z
    .discriminatedUnion("ok", [
      z.strictObject({ ok: z.literal(true), dir: z.string(), url: z.string(), branch: z.string() }),
      z.strictObject({ ok: z.literal(false), error: ErrorInfo }),
    ])
    .optional(),
});
export type AppClone = z.infer<typeof AppClone>;
