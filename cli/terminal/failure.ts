import {
  DockfraError,
  exitCodes,
  toErrorInfo,
  unavailable,
  denied,
  type ErrorInfo,
} from "../../bus/kernel/errors.ts";
import { render } from "../../locales/render.ts";
import type { Screen } from "../../terminal/screen.ts";

/** Says an error in the person's language: by its code, else its own English message. */
export function toSentence(error: ErrorInfo): string {
  return render("en", error.code, error.params) ?? error.message;
}

/** Says why a command failed, as a sentence or with `--json` as `{ok: false, error}`, and gives its exit code. */
export function reportFailure(thrown: unknown, screen: Screen): number {
  const error = toErrorInfo(fromSystem(thrown));
  const sentence = toSentence(error);
  if (screen.json) screen.data({ ok: false, error: { ...error, message: sentence } });
  else screen.note(`${screen.paint("red", "dockfra:")} ${sentence}`);
  if (thrown instanceof Error && !(thrown instanceof DockfraError) && process.env["DOCKFRA_LOG"] === "debug")
    screen.note(thrown.stack ?? "");
  return error.code === "internal" ? 1 : exitCodes[error.kind];
}

/** Turns what the system refuses in daily life into a coded error; other things stay as they are. */
export function fromSystem(thrown: unknown): unknown {
  if (thrown instanceof DockfraError || !(thrown instanceof Error) || !("code" in thrown)) return thrown;
  const path = "path" in thrown && typeof thrown.path === "string" ? thrown.path : "what it needs";
  const options = { params: { path }, cause: thrown };
  switch (thrown.code) {
    case "ENOSPC":
    case "EDQUOT":
      return unavailable(
        "disk_full",
        `There is no space left to write ${path}. Free some disk space, then try again; nothing that was answered is lost.`,
        options,
      );
    case "EACCES":
    case "EPERM":
      return denied(
        "file_denied",
        `This user may not read or write ${path}. Change its owner or mode, or run as its owner.`,
        options,
      );
    case "EROFS":
      return denied(
        "file_read_only",
        `${path} is on a read-only file system. Choose another place with --root.`,
        options,
      );
    case "EMFILE":
    case "ENFILE":
      return unavailable(
        "too_many_files",
        "The system allows no more open files. Raise the limit (ulimit -n), then try again.",
        { cause: thrown },
      );
    default:
      return thrown;
  }
}
