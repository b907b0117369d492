import type { Origin } from "./problems.ts";

/** A YAML tree with origins; mappings are `Map`s, so no key can touch a prototype. */
export type Node = ScalarNode | MappingNode | SequenceNode;

/** `timestamp` is what YAML reads from `2001-01-01`: a value that no Compose field takes. */
export interface ScalarNode {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  readonly timestamp?: true;
  readonly origin: Origin;
}

export interface MappingNode {
  readonly kind: "mapping";
  readonly entries: Map<string, Node>;
  /** Where each key stands, for messages about the key itself. */
  readonly keys: Map<string, Origin>;
  readonly origin: Origin;
}

export interface SequenceNode {
  readonly kind: "sequence";
  readonly items: Node[];
  readonly origin: Origin;
}

/** Makes a scalar that stands where `origin` stands. */
export function toScalar(value: ScalarNode["value"], origin: Origin): ScalarNode {
  return { kind: "scalar", value, origin };
}

/** Makes a mapping; the keys stand where the mapping stands unless told otherwise. */
export function toMapping(entries: Iterable<readonly [string, Node]>, origin: Origin): MappingNode {
  const map = new Map(entries);
  return { kind: "mapping", entries: map, keys: new Map(), origin };
}

/** Makes a sequence that stands where `origin` stands. */
export function toSequence(items: Node[], origin: Origin): SequenceNode {
  return { kind: "sequence", items, origin };
}

export function isMapping(node: Node | undefined): node is MappingNode {
  return node?.kind === "mapping";
}

export function isSequence(node: Node | undefined): node is SequenceNode {
  return node?.kind === "sequence";
}

export function isNull(node: Node): boolean {
  return node.kind === "scalar" && node.value === null;
}

/** The text of a string scalar, otherwise undefined. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
}

/** Follows mapping keys; undefined where the way ends. */
export function childOf(node: Node | undefined, ...path: readonly string[]): Node | undefined {
  let current = node;
  for (const key of path) current = isMapping(current) ? current.entries.get(key) : undefined;
  return current;
}

/** Where a key stands, or its mapping when the key was made up by a merge. */
export function keyOrigin(mapping: MappingNode, key: string): Origin {
  return mapping.keys.get(key) ?? mapping.origin;
}

/** Sets an entry with its key's place. */
export function setEntry(mapping: MappingNode, key: string, value: Node, at?: Origin): void {
  mapping.entries.set(key, value);
  if (at !== undefined) mapping.keys.set(key, at);
}

/** Copies mappings and sequences; scalars never change and are shared. */
export function cloneNode(node: Node): Node {
  if (node.kind === "scalar") return node;
  if (node.kind === "sequence") return { ...node, items: node.items.map(cloneNode) };
  const entries = new Map<string, Node>();
  for (const [key, value] of node.entries) entries.set(key, cloneNode(value));
  return { ...node, entries, keys: new Map(node.keys) };
}

/** Whether two trees say the same, wherever they stand and in whatever order their keys are. */
export function sameNode(a: Node, b: Node): boolean {
  if (a.kind === "scalar") return b.kind === "scalar" && a.value === b.value;
  if (a.kind === "sequence") {
    return (
      b.kind === "sequence" &&
      a.items.length === b.items.length &&
      a.items.every((item, index) => sameNode(item, b.items[index] as Node))
    );
  }
  if (b.kind !== "mapping" || a.entries.size !== b.entries.size) return false;
  for (const [key, value] of a.entries) {
    const other = b.entries.get(key);
    if (other === undefined || !sameNode(value, other)) return false;
  }
  return true;
}
