import { maxNesting } from "../variables/templates.ts";
import { scanReferences } from "../variables/references.ts";
import type { LoadContext } from "./load-context.ts";
import type { Node } from "./nodes.ts";
import { ComposeProblem } from "./problems.ts";

/** Reports every text that Compose will refuse to fill in, such as `${` or `${A B}`. */
export function reportInterpolation(node: Node, context: LoadContext, path = ""): void {
  if (node.kind === "mapping") {
    for (const [key, value] of node.entries)
      reportInterpolation(value, context, path === "" ? key : `${path}.${key}`);
    return;
  }
  if (node.kind === "sequence") {
    for (const item of node.items) reportInterpolation(item, context, `${path}.[]`);
    return;
  }
  const { value } = node;
  if (typeof value !== "string" || !value.includes("$") || isTemplate(value, 0)) return;
  const shown = value.length > 100 ? `${value.slice(0, 100)}…` : value;
  context.report(
    new ComposeProblem(
      "interpolation_invalid",
      `Invalid interpolation format for ${path}: ${JSON.stringify(shown)}. You may need to escape any $ with another $.`,
      node.origin,
    ),
  );
}

function isTemplate(text: string, depth: number): boolean {
  if (depth > maxNesting) return false;
  return scanReferences(text).every(
    (piece) =>
      piece.kind === "escape" ||
      (piece.kind === "reference" &&
        (piece.reference.word === undefined || isTemplate(piece.reference.word, depth + 1))),
  );
}
