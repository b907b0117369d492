import { join } from "node:path";
import { childOf, isMapping, isNull, isSequence, textOf } from "./nodes.ts";
import type { Node } from "./nodes.ts";

/** What of a project's variables is used without a `${…}`. */
export interface OtherUses {
  /** Names that a service, build, config or secret takes over as they are. */
  readonly names: ReadonlySet<string>;
  /** Absolute: files that are handed to containers whole. */
  readonly files: ReadonlySet<string>;
}

/** Finds what a model takes over by name (`environment: [TZ]`) or by file (`env_file`). */
export function otherUses(model: Node, projectDir: string): OtherUses {
  const names = new Set<string>();
  const files = new Set<string>();
  for (const service of valuesOf(childOf(model, "services"))) {
    for (const name of inheritedIn(childOf(service, "environment"))) names.add(name);
    for (const name of inheritedIn(childOf(service, "build", "args"))) names.add(name);
    for (const path of pathsIn(childOf(service, "env_file"))) files.add(join(projectDir, path));
  }
  for (const kind of ["configs", "secrets"])
    for (const resource of valuesOf(childOf(model, kind))) {
      const name = textOf(childOf(resource, "environment"));
      if (name !== undefined) names.add(name);
    }
  return { names, files };
}

function valuesOf(node: Node | undefined): readonly Node[] {
  return isMapping(node) ? [...node.entries.values()] : [];
}

function inheritedIn(node: Node | undefined): readonly string[] {
  if (isMapping(node)) return [...node.entries].filter(([, value]) => isNull(value)).map(([name]) => name);
  const items = isSequence(node) ? node.items.map((item) => textOf(item) ?? "=") : [];
  return items.filter((item) => !item.includes("="));
}

function pathsIn(node: Node | undefined): readonly string[] {
  const items = isSequence(node) ? node.items : node === undefined ? [] : [node];
  return items.flatMap((item) => textOf(item) ?? textOf(childOf(item, "path")) ?? []);
}
