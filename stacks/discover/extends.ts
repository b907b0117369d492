import { dirname, resolve } from "node:path";
import { isRemotePath } from "./load-context.ts";
import type { LoadContext } from "./load-context.ts";
import { mergeService } from "./merge.ts";
import { childOf, cloneNode, isMapping, isNull, textOf } from "./nodes.ts";
import type { MappingNode, Node } from "./nodes.ts";
import type { ModelPath } from "./paths.ts";
import { ComposeProblem } from "./problems.ts";
import type { Source } from "./problems.ts";
import { removeReset } from "./resets.ts";

/** The services among which a base is looked for, and what their file resets. */
interface Pool {
  readonly source: Source;
  readonly services: MappingNode;
  readonly resets: readonly ModelPath[];
  /** Where paths of `extends.file` start. */
  readonly dir: string;
}

/**
 * Merges each service of a file with the one that it extends. Changes the tree.
 * @throws extends_invalid, cycle, and what reading the other files refuses
 */
export function applyExtends(
  tree: MappingNode,
  source: Source,
  resets: readonly ModelPath[],
  context: LoadContext,
  dir: string,
): void {
  const services = tree.entries.get("services");
  if (services === undefined) return;
  if (!isMapping(services))
    throw new ComposeProblem("schema_mismatch", "services must be a mapping", services.origin);
  const resolver = new ExtendsResolver(context);
  const pool: Pool = { source, services, resets, dir };
  for (const name of services.entries.keys()) resolver.resolve(name, pool, []);
}

class ExtendsResolver {
  readonly #context: LoadContext;
  readonly #pools = new Map<string, Pool>();

  constructor(context: LoadContext) {
    this.#context = context;
  }

  /** Replaces a service of a pool by its merged form and gives that. */
  resolve(name: string, pool: Pool, chain: readonly string[]): Node | undefined {
    const service = pool.services.entries.get(name);
    if (service === undefined || isNull(service)) return undefined;
    if (!isMapping(service)) {
      throw new ComposeProblem("schema_mismatch", `services.${name} must be a mapping`, service.origin);
    }
    const link = service.entries.get("extends");
    if (link === undefined) return service;
    const { base: baseName, file } = readLink(name, link);
    const basePool = file === undefined ? pool : this.#open(name, file, pool, link);
    const missing = !basePool.services.entries.has(baseName);
    if (missing)
      throw invalid(
        `Cannot extend service "${name}": service "${baseName}" not found in ${basePool.source.path}`,
        link,
      );
    const step = `${pool.source.path}\n${name}`;
    if (chain.includes(step)) {
      const names = [...chain, step].map((one) => one.slice(one.indexOf("\n") + 1));
      throw new ComposeProblem("cycle", `Circular extends: ${names.join(" -> ")}`, link.origin);
    }
    const base = this.resolve(baseName, basePool, [...chain, step]);
    if (base === undefined || !isMapping(base)) return service;
    const copy = cloneNode(base) as MappingNode;
    removeReset(copy, pool.resets, ["services", name]);
    const merged = mergeService(copy, service);
    merged.entries.delete("extends");
    const placed: MappingNode = { ...merged, origin: service.origin };
    pool.services.entries.set(name, placed);
    return placed;
  }

  #open(name: string, file: string, from: Pool, link: Node): Pool {
    if (isRemotePath(file)) {
      const message = `Cannot extend service "${name}" from ${file}: files of the network are not read.`;
      throw new ComposeProblem("remote_not_followed", message, link.origin);
    }
    const path = resolve(from.dir, file);
    const known = this.#pools.get(path);
    if (known !== undefined) return known;
    const source = this.#context.read(path, link.origin);
    const { model, resets } = this.#context.addFile(undefined, source, this.#context, { role: "base" });
    const services = childOf(model, "services");
    if (!isMapping(services))
      throw invalid(`Cannot extend service "${name}" in ${path}: no services section`, link);
    const pool: Pool = { source, services, resets, dir: dirname(path) };
    this.#pools.set(path, pool);
    return pool;
  }
}

function readLink(name: string, link: Node): { readonly base: string; readonly file: string | undefined } {
  const short = textOf(link);
  if (short !== undefined) return { base: short, file: undefined };
  const base = textOf(childOf(link, "service"));
  if (base === undefined) throw invalid(`extends.${name}.service is required`, link);
  return { base, file: textOf(childOf(link, "file")) };
}

function invalid(message: string, at: Node): ComposeProblem {
  return new ComposeProblem("extends_invalid", message, at.origin);
}
