import { isAlias, isMap, isScalar, isSeq } from "yaml";
import type { Alias, Node as YamlNode } from "yaml";

/** What the aliases of a document mean. */
export interface Anchors {
  /** The last node before each alias that carries its anchor. */
  readonly targets: ReadonlyMap<Alias, YamlNode | undefined>;
  /** The alias with which the document's copies pass the limit; a bomb is found without being set off. */
  readonly excessive: Alias | undefined;
}

/** How many nodes aliases may copy; a bomb copies billions. */
export const maxAliasedNodes = 50_000;

/** Resolves the aliases of a document and counts what they would copy, in one pass. */
export function readAnchors(root: YamlNode | null): Anchors {
  const anchors = new Map<string, YamlNode>();
  const targets = new Map<Alias, YamlNode | undefined>();
  const sizes = new Map<YamlNode, number>();
  let copied = 0;
  let excessive: Alias | undefined;

  // gives the number of nodes that a node stands for, copies counted
  const visit = (node: unknown): number => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      targets.set(node, target);
      const size = target === undefined ? 1 : (sizes.get(target) ?? 1);
      copied += size;
      if (copied > maxAliasedNodes) excessive ??= node;
      return size;
    }
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return 1;
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    let size = 1;
    if (isSeq(node)) for (const item of node.items) size += visit(item);
    if (isMap(node)) for (const pair of node.items) size += visit(pair.key) + visit(pair.value);
    if (node.anchor !== undefined) sizes.set(node, size);
    return size;
  };
  visit(root);
  return { targets, excessive };
}
