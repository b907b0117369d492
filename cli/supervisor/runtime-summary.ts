import { render } from "../../locales/render.ts";
import { shellWord } from "../../locales/render.ts";
import type { RuntimeWarning } from "../../bus/messages/questions.ts";
import type { Style } from "../../terminal/screen.ts";
import type { UpSummary } from "./detach.ts";

/** What people are told of how the roles run, and how to get in. */
export function describeRuntime({
  runtime,
  runtimeWarning,
  root,
}: Pick<UpSummary, "runtime" | "runtimeWarning" | "root">): { text: string; style: Style }[] {
  const warning: { text: string; style: Style }[] =
    runtimeWarning === undefined ? [] : [{ text: warningSentence(runtimeWarning), style: "yellow" }];
  if (runtime === "process")
    return [
      ...warning,
      {
        text: "The roles run as processes of one user: the broker keeps them apart, the system does not.",
        style: "dim",
      },
    ];
  const where = root === process.cwd() ? "" : ` --root ${shellWord(root)}`;
  return [
    ...warning,
    { text: "The roles run in containers of their own. Their containers: dockfra ps", style: "dim" },
    { text: `A shell as one of them: dockfra ssh manager${where}`, style: "dim" },
  ];
}

/** A warning about the runtime as people read it. */
export function warningSentence({ code, params }: RuntimeWarning): string {
  return render("en", code, params) ?? code;
}
