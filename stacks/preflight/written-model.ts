import { relative, sep } from "node:path";
import { loadModel } from "../discover/model.ts";
import { childOf, isMapping, isSequence, keyOrigin, type Node } from "../discover/nodes.ts";
import { ComposeProblem, toPosition, type Origin } from "../discover/problems.ts";
import { RootFiles } from "../discover/source-files.ts";

/** A place in a file, relative to ROOT; the line from 1. */
export interface WrittenPlace {
  readonly file: string;
  readonly line: number;
}

/** A port of a service as it is written, references not filled in. */
export interface WrittenPort {
  /** The host's part: `127.0.0.1:${WEB_PORT:-8080}`. */
  readonly host: string;
  readonly target: string;
  readonly place: WrittenPlace;
}

/** The files of a stack laid over each other, for naming the places that have to be mended. */
export class WrittenModel {
  readonly #model: Node;
  readonly #root: string;

  /** @param root a real path */
  constructor(model: Node, root: string) {
    this.#model = model;
    this.#root = root;
  }

  /** Where a key of the model stands: of the longest part of the way that there is. */
  placeOf(...path: readonly string[]): WrittenPlace | undefined {
    let node: Node | undefined = this.#model;
    let origin: Origin | undefined;
    for (const key of path) {
      if (isMapping(node) && node.entries.has(key)) {
        origin = keyOrigin(node, key);
        node = node.entries.get(key);
      } else break;
    }
    return origin === undefined ? undefined : this.#toPlace(origin);
  }

  /** Where an item of a list stands that has a text in it; else where the list does. */
  placeOfItem(text: string, ...path: readonly string[]): WrittenPlace | undefined {
    const found = this.#itemsOf(path).find((item) => textsIn(item).some((one) => one.includes(text)));
    return found === undefined ? this.placeOf(...path) : this.#toPlace(found.origin);
  }

  /** Whether an item of a list, as it stands in the file, has a part that ends with a text: `./a.conf:/etc/:ro` with `/etc/`. */
  hasEnding(text: string, ...path: readonly string[]): boolean {
    return this.#itemsOf(path).some(({ origin: { source, start, end } }) =>
      source.text
        .slice(start, end)
        .split(/[\s"',:{}]+/)
        .some((part) => part === text),
    );
  }

  /** The env files of each service that names some, as they are written. */
  envFiles(): { readonly service: string; readonly files: { path: string; required: boolean }[] }[] {
    const services = childOf(this.#model, "services");
    if (!isMapping(services)) return [];
    return [...services.entries].flatMap(([service, settings]) => {
      const node = childOf(settings, "env_file");
      if (node === undefined) return [];
      const items = isSequence(node) ? node.items : [node];
      const files = items.map((item) => ({
        path: isMapping(item) ? shown(item.entries.get("path")) : shown(item),
        required: shown(childOf(item, "required")) !== "false",
      }));
      return [{ service, files }];
    });
  }

  portsOf(service: string): WrittenPort[] {
    const list = childOf(this.#model, "services", service, "ports");
    if (!isSequence(list)) return [];
    return list.items.flatMap((item) => {
      const place = this.#toPlace(item.origin);
      if (isMapping(item)) {
        const part = (key: string): string => shown(item.entries.get(key));
        return part("published") === "" ? [] : [{ host: part("published"), target: part("target"), place }];
      }
      const [host, target] = splitPort(shown(item));
      return host === "" ? [] : [{ host, target, place }];
    });
  }

  #itemsOf(path: readonly string[]): readonly Node[] {
    const list = childOf(this.#model, ...path);
    return isSequence(list) ? list.items : isMapping(list) ? [...list.entries.values()] : [];
  }

  #toPlace({ source, start }: Origin): WrittenPlace {
    const { line } = toPosition(source, start);
    return { file: relative(this.#root, source.path).split(sep).join("/"), line };
  }
}

/** Reads a stack's files as they are written; undefined where they cannot be read. */
export function readWrittenModel(
  root: string,
  { dir, files }: { readonly dir: string; readonly files: readonly string[] },
): WrittenModel | undefined {
  const sources = new RootFiles(root);
  try {
    const reader = {
      read: (path: string, from?: Origin) => sources.read(path, from),
      report: () => undefined,
    };
    return new WrittenModel(loadModel(files, dir, reader), root);
  } catch (error) {
    if (error instanceof ComposeProblem) return undefined;
    throw error;
  }
}

/** Cuts a short port at its last colon that is not inside `${…}`. */
function splitPort(spec: string): readonly [host: string, target: string] {
  let braces = 0;
  for (let at = spec.length - 1; at >= 0; at--) {
    const char = spec.charAt(at);
    if (char === "}") braces++;
    else if (char === "{" && braces > 0) braces--;
    else if (char === ":" && braces === 0) return [spec.slice(0, at), spec.slice(at + 1).split("/")[0] ?? ""];
  }
  return ["", spec];
}

function textsIn(node: Node): string[] {
  if (isMapping(node)) return [...node.entries.values()].flatMap(textsIn);
  return isSequence(node) ? node.items.flatMap(textsIn) : [shown(node)];
}

function shown(node: Node | undefined): string {
  return node?.kind === "scalar" && node.value !== null ? String(node.value) : "";
}
