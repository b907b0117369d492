import { exitCodes, toErrorInfo, type ErrorInfo } from "../../bus/kernel/errors.ts";
import type { Role } from "../../bus/messages/principals.ts";
import { render } from "../../locales/render.ts";
import type { Screen } from "../../terminal/screen.ts";

/** Codes by which the broker says that a role has no such right. */
const brokerRefusals: readonly string[] = ["not_allowed", "bus_denied"];

/** Says an error in a role's words: by its code, else with its own English message. */
export function toSentence(error: ErrorInfo, role: Role): string {
  if (brokerRefusals.includes(error.code)) return render("en", "shell_denied", { role }) ?? error.message;
  return render("en", error.code, error.params) ?? error.message;
}

/** Says why a command failed, as a sentence or with `--json` as `{ok: false, error}`, and gives its exit code. */
export function reportFailure(thrown: unknown, command: string, role: Role, screen: Screen): number {
  const error = toErrorInfo(thrown);
  const sentence = toSentence(error, role);
  if (screen.json) screen.data({ ok: false, error: { ...error, message: sentence } });
  else screen.note(`${screen.paint("red", `${command}:`)} ${sentence}`);
  return error.code === "internal" ? 1 : exitCodes[error.kind];
}
