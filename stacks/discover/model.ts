import { addComposeFile } from "./compose-file.ts";
import type { SourceReader } from "./load-context.ts";
import type { MappingNode } from "./nodes.ts";
import { ComposeProblem } from "./problems.ts";
import { requireValidResources } from "./resource-check.ts";

/**
 * Reads a project's files, each laid over the one before, into the model that Compose would make of them.
 * @param paths absolute; the first one's directory is the project's
 * @throws the first problem for which Compose refuses the project
 */
export function loadModel(paths: readonly string[], projectDir: string, reader: SourceReader): MappingNode {
  const context = { ...reader, addFile: addComposeFile };
  let model: MappingNode | undefined;
  for (const path of paths) {
    const role = { role: "project", scope: { projectDir, open: [] } } as const;
    model = addComposeFile(model, context.read(path), context, role).model;
  }
  if (model === undefined || model.entries.size === 0) {
    const source = { path: paths[0] ?? projectDir, text: "" };
    throw new ComposeProblem("empty_file", "Empty compose file", { source, start: 0, end: 0 });
  }
  requireValidResources(model);
  return model;
}
