import { ComposeProblem } from "./problems.ts";
import { PathRules } from "./paths.ts";
import type { ModelPath } from "./paths.ts";
import {
  isMapping,
  isNull,
  isSequence,
  keyOrigin,
  sameNode,
  setEntry,
  toMapping,
  toScalar,
  toSequence,
} from "./nodes.ts";
import type { MappingNode, Node } from "./nodes.ts";

type Merger = (base: Node, over: Node, path: ModelPath) => Node;

const rules = new PathRules<Merger>([
  ["networks.*.ipam.config", mergeIpamConfig],
  ["networks.*.labels", mergeLists],
  ["volumes.*.labels", mergeLists],
  ["services.*.annotations", mergeLists],
  ["services.*.build", mergeBuild],
  ["services.*.build.args", mergeLists],
  ["services.*.build.additional_contexts", mergeLists],
  ["services.*.build.extra_hosts", mergeNewItems],
  ["services.*.build.labels", mergeLists],
  ["services.*.command", replace],
  ["services.*.depends_on", mergeDependsOn],
  ["services.*.deploy.labels", mergeLists],
  ["services.*.dns", mergeLists],
  ["services.*.dns_opt", mergeLists],
  ["services.*.dns_search", mergeLists],
  ["services.*.entrypoint", replace],
  ["services.*.env_file", mergeLists],
  ["services.*.label_file", mergeLists],
  ["services.*.environment", mergeLists],
  ["services.*.extra_hosts", mergeNewItems],
  ["services.*.healthcheck.test", replace],
  ["services.*.labels", mergeLists],
  ["services.*.volumes.*.volume.labels", mergeLists],
  ["services.*.logging", mergeLogging],
  ["services.*.models", mergeNamed],
  ["services.*.networks", mergeNamed],
  ["services.*.sysctls", mergeLists],
  ["services.*.tmpfs", mergeLists],
  ["services.*.ulimits.*", replace],
]);

/**
 * Lays a later model over an earlier one by Compose's rules. Changes and returns `base`.
 * @throws cannot_merge
 */
export function mergeModels(base: MappingNode, over: MappingNode): MappingNode {
  return mergeMappings(base, over, []);
}

/** Lays a service over the one that it extends. Changes and returns `base`. @throws cannot_merge */
export function mergeService(base: MappingNode, over: MappingNode): MappingNode {
  return mergeMappings(base, over, ["services", "x"]);
}

function mergeNodes(base: Node, over: Node, path: ModelPath): Node {
  const rule = rules.find(path);
  if (rule !== undefined) return rule(base, over, path);
  if (isNull(over)) return base;
  if (isMapping(base)) {
    if (!isMapping(over)) throw cannotMerge(path, over);
    return mergeMappings(base, over, path);
  }
  if (isSequence(base)) {
    if (!isSequence(over)) throw cannotMerge(path, over);
    return toSequence([...base.items, ...over.items], over.origin);
  }
  return over;
}

function mergeMappings(base: MappingNode, over: MappingNode, path: ModelPath): MappingNode {
  for (const [key, value] of over.entries) {
    const present = base.entries.get(key);
    const merged = present === undefined ? value : mergeNodes(present, value, [...path, key]);
    setEntry(base, key, merged, keyOrigin(over, key));
  }
  return base;
}

function cannotMerge(path: ModelPath, over: Node): ComposeProblem {
  return new ComposeProblem("cannot_merge", `Cannot override ${path.join(".")}`, over.origin);
}

function replace(_base: Node, over: Node): Node {
  return over;
}

function mergeLists(base: Node, over: Node): Node {
  return toSequence([...toItems(base), ...toItems(over)], over.origin);
}

function mergeNewItems(base: Node, over: Node): Node {
  const items = toItems(base);
  const added = toItems(over).filter((item) => !items.some((present) => sameNode(present, item)));
  return toSequence([...items, ...added], over.origin);
}

/** Reads a mapping as its `key=value` texts, sorted; a text as a list of one. */
function toItems(node: Node): Node[] {
  if (isSequence(node)) return node.items;
  if (!isMapping(node)) return node.kind === "scalar" && typeof node.value === "string" ? [node] : [];
  const pairs: (readonly [string, Node])[] = [];
  for (const [key, value] of node.entries) {
    if (isNull(value)) pairs.push([key, value]);
    else if (isSequence(value)) for (const item of value.items) pairs.push([`${key}=${shown(item)}`, item]);
    else pairs.push([`${key}=${shown(value)}`, value]);
  }
  return pairs
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([text, value]) => toScalar(text, value.origin));
}

function shown(node: Node): string {
  return node.kind === "scalar" ? String(node.value) : "";
}

function mergeBuild(base: Node, over: Node, path: ModelPath): Node {
  return mergeMappings(toBuild(base), toBuild(over), path);
}

function toBuild(node: Node): MappingNode {
  if (isMapping(node)) return node;
  const isText = node.kind === "scalar" && typeof node.value === "string";
  return toMapping(isText ? [["context", node]] : [], node.origin);
}

function mergeDependsOn(base: Node, over: Node, path: ModelPath): Node {
  const started = (item: Node): Node =>
    toMapping(
      [
        ["condition", toScalar("service_started", item.origin)],
        ["required", toScalar(true, item.origin)],
      ],
      item.origin,
    );
  return mergeMappings(toNamed(base, started), toNamed(over, started), path);
}

function mergeNamed(base: Node, over: Node, path: ModelPath): Node {
  return mergeMappings(toNamed(base, toNothing), toNamed(over, toNothing), path);
}

function toNothing(item: Node): Node {
  return toScalar(null, item.origin);
}

/** Reads a list of names as a mapping from each name to what `toValue` says. */
function toNamed(node: Node, toValue: (item: Node) => Node): MappingNode {
  if (isMapping(node)) return node;
  const items = isSequence(node) ? node.items : [];
  return toMapping(
    items.map((item) => [shown(item), toValue(item)] as const),
    node.origin,
  );
}

// options are joined only where both files mean the same driver
function mergeLogging(base: Node, over: Node, path: ModelPath): Node {
  if (!isMapping(base) || !isMapping(over)) throw cannotMerge(path, over);
  const [before, after] = [base.entries.get("driver"), over.entries.get("driver")];
  if (before === undefined || after === undefined || sameNode(before, after))
    return mergeMappings(base, over, path);
  return over;
}

function mergeIpamConfig(base: Node, over: Node, path: ModelPath): Node {
  if (!isSequence(base) || !isSequence(over)) throw cannotMerge(path, over);
  const bySubnet = new Map<string, Node>();
  const subnetOf = (node: Node): string => (isMapping(node) ? shown(node.entries.get("subnet") ?? node) : "");
  for (const item of base.items) bySubnet.set(subnetOf(item), item);
  for (const item of over.items) {
    const present = bySubnet.get(subnetOf(item));
    const joined = isMapping(present) && isMapping(item) ? mergeMappings(present, item, path) : item;
    bySubnet.set(subnetOf(item), joined);
  }
  // of the earlier ones Compose keeps those that the later file names again
  const kept = new Set(over.items.map(subnetOf));
  return toSequence(
    [...bySubnet].filter(([subnet]) => kept.has(subnet)).map(([, node]) => node),
    over.origin,
  );
}
