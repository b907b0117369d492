import { applyExtends } from "./extends.ts";
import { applyIncludes } from "./include.ts";
import { reportInterpolation } from "./interpolation-check.ts";
import type { FileRole, LoadContext, LoadedFile } from "./load-context.ts";
import { mergeModels } from "./merge.ts";
import { isMapping, toMapping } from "./nodes.ts";
import type { MappingNode } from "./nodes.ts";
import type { ModelPath } from "./paths.ts";
import { ComposeProblem } from "./problems.ts";
import type { Source } from "./problems.ts";
import { removeReset } from "./resets.ts";
import { composeFile } from "./shape-compose.ts";
import { requireShape } from "./shapes.ts";
import { dropRedefined } from "./unicity.ts";
import { parseComposeYaml } from "./yaml-document.ts";

/** Reads a file in Compose's own order of steps; see `AddFile`. */
export function addComposeFile(
  model: MappingNode | undefined,
  source: Source,
  context: LoadContext,
  fileRole: FileRole,
): LoadedFile {
  let merged = model;
  let resets: readonly ModelPath[] = [];
  for (const document of parseComposeYaml(source)) {
    resets = document.resets;
    const { tree } = document;
    if (!isMapping(tree)) {
      throw new ComposeProblem("not_a_mapping", "Top-level object must be a mapping", tree.origin);
    }
    if (fileRole.role === "project") {
      reportInterpolation(tree, context);
      applyExtends(tree, source, resets, context, fileRole.scope.projectDir);
    }
    if (merged !== undefined) removeReset(merged, resets);
    if (fileRole.role === "project") applyIncludes(tree, source, context, fileRole.scope);
    merged = mergeModels(merged ?? toMapping([], tree.origin), tree);
    dropRedefined(merged);
    if (fileRole.role === "project") requireShape(merged, composeFile);
    merged.entries.delete("version");
  }
  return { model: merged, resets };
}
