import { dirname, resolve } from "node:path";
import { isRemotePath } from "./load-context.ts";
import type { IncludeScope, LoadContext } from "./load-context.ts";
import { isMapping, isNull, isSequence, sameNode, textOf, toMapping } from "./nodes.ts";
import type { MappingNode, Node } from "./nodes.ts";
import { ComposeProblem } from "./problems.ts";
import type { Source } from "./problems.ts";
import { requireValidResources } from "./resource-check.ts";

const importable = ["services", "volumes", "networks", "secrets", "configs", "models"] as const;

/**
 * Brings in what a file includes and removes its `include`. Changes the tree.
 * @throws include_invalid, cycle, remote_not_followed, and what reading the other files refuses
 */
export function applyIncludes(
  tree: MappingNode,
  source: Source,
  context: LoadContext,
  scope: IncludeScope,
): void {
  const list = tree.entries.get("include");
  if (list === undefined) return;
  if (!isNull(list) && !isSequence(list)) throw invalid("`include` must be a list", list);
  const open = [...scope.open, source.path];
  for (const item of isSequence(list) ? list.items : []) importFrom(item, tree, context, { ...scope, open });
  tree.entries.delete("include");
}

function importFrom(item: Node, target: MappingNode, context: LoadContext, scope: IncludeScope): void {
  const paths = textsOf(isMapping(item) ? item.entries.get("path") : item).map((path) =>
    localPath(path, item, scope),
  );
  const [first] = paths;
  if (first === undefined) throw invalid("An include has no path.", item);
  if (scope.open.includes(first)) {
    const steps = [...scope.open, first].join("\n include ");
    throw new ComposeProblem("cycle", `Include cycle detected:\n${steps}`, item.origin);
  }
  const named = isMapping(item) ? textOf(item.entries.get("project_directory")) : undefined;
  const envFile = isMapping(item) ? item.entries.get("env_file") : undefined;
  // only that it is there matters: its values fill references in later
  for (const path of textsOf(envFile)) context.read(resolve(scope.projectDir, path), item.origin);
  const projectDir = named === undefined || named === "" ? dirname(first) : resolve(scope.projectDir, named);
  let model: MappingNode | undefined;
  for (const path of paths) {
    const role = { role: "project", scope: { projectDir, open: scope.open } } as const;
    model = context.addFile(model, context.read(path, item.origin), context, role).model;
  }
  if (model === undefined) return;
  requireValidResources(model);
  for (const kind of importable) importKind(kind, model, target, item);
}

/** Reads one text or a list of them. */
function textsOf(node: Node | undefined): readonly string[] {
  const list = isSequence(node) ? node.items : node === undefined ? [] : [node];
  return list.map((one) => {
    const text = textOf(one);
    if (text === undefined) throw invalid("An include's path must be a text.", one);
    return text;
  });
}

function localPath(path: string, item: Node, scope: IncludeScope): string {
  if (!isRemotePath(path)) return resolve(scope.projectDir, path);
  const message = `The include ${path} is on the network and is not read. Keep a copy in the project.`;
  throw new ComposeProblem("remote_not_followed", message, item.origin);
}

function importKind(kind: (typeof importable)[number], from: MappingNode, to: MappingNode, item: Node): void {
  const imported = from.entries.get(kind);
  if (!isMapping(imported)) return;
  const present = to.entries.get(kind);
  const target = isMapping(present) ? present : toMapping([], item.origin);
  for (const [name, resource] of imported.entries) {
    const rival = target.entries.get(name);
    if (rival !== undefined && !sameNode(rival, resource)) {
      throw invalid(`${kind}.${name} conflicts with imported resource`, item);
    }
    if (rival === undefined) target.entries.set(name, resource);
  }
  to.entries.set(kind, target);
}

function invalid(message: string, at: Node): ComposeProblem {
  return new ComposeProblem("include_invalid", message, at.origin);
}
