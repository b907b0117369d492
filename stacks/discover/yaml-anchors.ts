import { isAlias, isMap, isScalar, isSeq } from "yaml";
import type { Alias, Node as YamlNode } from "yaml";

/** Finds, in one pass, the node that each alias means: the last one before it that carries the anchor. */
export function anchorTargets(root: YamlNode | null): ReadonlyMap<Alias, YamlNode | undefined> {
  const anchors = new Map<string, YamlNode>();
  const targets = new Map<Alias, YamlNode | undefined>();
  const visit = (node: unknown): void => {
    if (isAlias(node)) {
      targets.set(node, anchors.get(node.source));
      return;
    }
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return;
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isSeq(node)) for (const item of node.items) visit(item);
    if (!isMap(node)) return;
    for (const pair of node.items) {
      visit(pair.key);
      visit(pair.value);
    }
  };
  visit(root);
  return targets;
}
