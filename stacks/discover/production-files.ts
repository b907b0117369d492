import { join } from "node:path";
import { childOf, isMapping } from "./nodes.ts";
import { ComposeProblem } from "./problems.ts";
import { RootFiles } from "./source-files.ts";
import type { ComposeDir } from "./tree-walk.ts";
import { parseComposeYaml } from "./yaml-document.ts";

const productionName = /^(?:docker-)?compose[.-]prod(?:uction)?\.ya?ml$/;

/**
 * Chooses a directory's files for production, absolute; none where it has no file for it. A file that says of each
 * service what it runs stands alone, as `docker-compose-production.yml` does; one that only changes services lies
 * over the plain one.
 * @param main the plain file, absolute
 */
export function productionFiles(root: string, { dir, files }: ComposeDir, main?: string): readonly string[] {
  const name = files.find((file) => productionName.test(file));
  if (name === undefined) return [];
  const path = join(dir, name);
  return main === undefined || standsAlone(root, path) ? [path] : [main, path];
}

function standsAlone(root: string, path: string): boolean {
  try {
    const [document] = parseComposeYaml(new RootFiles(root).read(path));
    const services = childOf(document?.tree, "services");
    const included = childOf(document?.tree, "include") !== undefined;
    if (!isMapping(services)) return included;
    return [...services.entries.values()].every((service) =>
      ["image", "build", "extends", "provider"].some((key) => childOf(service, key) !== undefined),
    );
  } catch (error) {
    if (!(error instanceof ComposeProblem)) throw error;
    // what is wrong with it is said when the project is read
    return true;
  }
}
