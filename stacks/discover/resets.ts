import { isMapping } from "./nodes.ts";
import type { Node } from "./nodes.ts";
import { matchesPath } from "./paths.ts";
import type { ModelPath } from "./paths.ts";

/** Removes what a later file resets or replaces. Changes the node. */
export function removeReset(node: Node, resets: readonly ModelPath[], path: ModelPath = []): void {
  if (resets.length === 0 || !isMapping(node)) return;
  for (const [key, value] of node.entries) {
    const here = [...path, key];
    if (resets.some((pattern) => matchesPath(here, pattern))) node.entries.delete(key);
    else removeReset(value, resets, here);
  }
}
