import { basename } from "node:path";
import { substitute } from "../variables/templates.ts";
import type { Lookup } from "../variables/templates.ts";
import { childOf, textOf } from "./nodes.ts";
import type { Node } from "./nodes.ts";
import { ComposeProblem } from "./problems.ts";
import type { Origin } from "./problems.ts";

/** Makes a project name of any text as Compose does. */
export function toProjectName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");
}

/**
 * Names a project: `COMPOSE_PROJECT_NAME`, else the files' `name`, else the directory.
 * @param lookup the environment over the project's `.env`
 * @throws project_name_invalid
 */
export function projectName(model: Node, dir: string, lookup: Lookup, origin: Origin): string {
  const given = lookup("COMPOSE_PROJECT_NAME");
  if (given !== undefined && given !== "") {
    if (toProjectName(given) === given) return given;
    const rule =
      "must consist only of lowercase alphanumeric characters, hyphens, and underscores as well as start with a letter or number";
    throw new ComposeProblem("project_name_invalid", `Invalid project name "${given}": ${rule}`, origin);
  }
  const node = childOf(model, "name");
  const written = textOf(node) ?? "";
  const filled = substitute(written, lookup);
  const name = toProjectName(written === "" ? basename(dir) : filled.ok ? filled.text : written);
  if (name !== "") return name;
  const message = `Project name must not be empty: give the file a "name" or set COMPOSE_PROJECT_NAME.`;
  throw new ComposeProblem("project_name_invalid", message, node?.origin ?? origin);
}
