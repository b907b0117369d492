import { posix } from "node:path";
import { ComposeProblem } from "./problems.ts";
import { PathRules } from "./paths.ts";
import type { ModelPath } from "./paths.ts";
import { isMapping, isSequence, textOf, toScalar } from "./nodes.ts";
import type { MappingNode, Node, SequenceNode } from "./nodes.ts";
import { splitVolume } from "./volume-spec.ts";

/** Gives what makes an item of a list one of its kind; a later item with the same key replaces the earlier. */
type Indexer = (item: Node, path: ModelPath) => string;

const rules = new PathRules<Indexer>([
  ...[
    "networks.*.labels",
    "networks.*.ipam.options",
    "services.*.annotations",
    "services.*.build.args",
    "services.*.build.additional_contexts",
    "services.*.build.platform",
    "services.*.build.tags",
    "services.*.build.labels",
    "services.*.cap_add",
    "services.*.cap_drop",
    "services.*.deploy.labels",
    "services.*.dns",
    "services.*.dns_opt",
    "services.*.dns_search",
    "services.*.environment",
    "services.*.labels",
    "services.*.links",
    "services.*.networks.*.aliases",
    "services.*.networks.*.link_local_ips",
    "services.*.profiles",
    "services.*.sysctls",
    "services.*.tmpfs",
  ].map((pattern) => [pattern, keyBeforeEquals] as const),
  ["services.*.configs", mountTarget("")],
  ["services.*.secrets", mountTarget("/run/secrets")],
  ["services.*.env_file", envFilePath],
  ["services.*.expose", exposedPort],
  ["services.*.ports", publishedPort],
  ["services.*.volumes", volumeTarget(asWritten)],
  ["services.*.devices", deviceTarget],
]);

// Compose looks twice, and at volumes the second time by their cleaned target
const secondRules = new PathRules<Indexer>([["services.*.volumes", volumeTarget(cleanPath)]]);

/**
 * Drops list items that a later one redefines: `A=1`, `A=2` leaves the second at the first's place.
 * Changes the model. @throws cannot_merge
 */
export function dropRedefined(node: Node, path: ModelPath = []): void {
  if (isMapping(node)) {
    for (const [key, value] of node.entries) dropRedefined(value, [...path, key]);
    return;
  }
  if (!isSequence(node)) return;
  for (const indexer of [rules.find(path), secondRules.find(path)]) {
    if (indexer !== undefined) keepLast(node, indexer, path);
  }
  if (secondRules.find(path) !== undefined)
    node.items.splice(0, node.items.length, ...node.items.map(withCleanTarget));
}

// so that what extends or overrides this file meets the target as Compose keeps it
function withCleanTarget(item: Node): Node {
  const text = textOf(item);
  if (text === undefined) return item;
  const { source, target, options } = splitVolume(text, item.origin);
  const parts = [source, cleanPath(target), options].filter((part) => part !== "");
  return cleanPath(target) === target ? item : toScalar(parts.join(":"), item.origin);
}

function keepLast(node: SequenceNode, indexer: Indexer, path: ModelPath): void {
  const unique = new Map<string, Node>();
  node.items.forEach((item, index) => unique.set(indexer(item, [...path, `[${index}]`]), item));
  node.items.splice(0, node.items.length, ...unique.values());
}

function keyBeforeEquals(item: Node, path: ModelPath): string {
  const text = textOf(item);
  if (text === undefined) throw unexpected(item, path);
  const equals = text.indexOf("=");
  return equals === -1 ? text : text.slice(0, equals);
}

function volumeTarget(toKey: (target: string) => string): Indexer {
  return (item, path) => {
    if (isMapping(item))
      return requiredText(item, "target", `Service volume ${path.join(".")} is missing a mount target`);
    const text = textOf(item);
    return text === undefined ? "" : toKey(splitVolume(text, item.origin).target);
  };
}

function asWritten(target: string): string {
  return target;
}

function cleanPath(path: string): string {
  const clean = posix.normalize(path);
  return clean.length > 1 && clean.endsWith("/") ? clean.slice(0, -1) : clean;
}

function deviceTarget(item: Node, path: ModelPath): string {
  if (isMapping(item))
    return requiredText(item, "target", `Service device ${path.join(".")} is missing a mount target`);
  const parts = (textOf(item) ?? "").split(":");
  return parts[1] ?? parts[0] ?? "";
}

function requiredText(mapping: MappingNode, key: string, message: string): string {
  const text = textOf(mapping.entries.get(key));
  if (text === undefined) throw new ComposeProblem("schema_mismatch", message, mapping.origin);
  return text;
}

function exposedPort(item: Node, path: ModelPath): string {
  if (item.kind === "scalar" && (typeof item.value === "string" || Number.isInteger(item.value))) {
    return String(item.value);
  }
  throw unexpected(item, path);
}

function mountTarget(folder: string): Indexer {
  return (item, path) => {
    const text = textOf(item);
    if (text !== undefined) return `${folder}/${text}`;
    if (!isMapping(item)) throw unexpected(item, path);
    return textOf(item.entries.get("target")) ?? `${folder}/${textOf(item.entries.get("source")) ?? ""}`;
  };
}

function publishedPort(item: Node, path: ModelPath): string {
  if (!isMapping(item)) return item.kind === "scalar" ? String(item.value) : "";
  const part = (key: string, fallback: string): string => {
    const value = item.entries.get(key);
    return value?.kind === "scalar" ? String(value.value) : fallback;
  };
  if (!item.entries.has("target")) {
    const message = `Service ports ${path.join(".")} is missing a target port`;
    throw new ComposeProblem("schema_mismatch", message, item.origin);
  }
  const protocol = part("protocol", "tcp");
  return `${part("host_ip", "0.0.0.0")}:${part("published", "")}:${part("target", "")}/${protocol}`;
}

function envFilePath(item: Node, path: ModelPath): string {
  const text = textOf(item);
  if (text !== undefined) return text;
  if (!isMapping(item)) return "";
  return requiredText(item, "path", `Environment path attribute ${path.join(".")} is missing`);
}

function unexpected(item: Node, path: ModelPath): ComposeProblem {
  const type = item.kind === "scalar" ? typeof item.value : item.kind;
  return new ComposeProblem("schema_mismatch", `${path.join(".")}: unexpected type ${type}`, item.origin);
}
