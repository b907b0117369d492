import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
import type { Alias, Document, Node as YamlNode } from "yaml";
import { maxAliasedNodes, readAnchors } from "./yaml-anchors.ts";
import { joinQuotedLines } from "./yaml-quotes.ts";
import { readPlain } from "./yaml-scalars.ts";
import { ComposeProblem, toPosition } from "./problems.ts";
import type { Origin, ProblemCode, Source } from "./problems.ts";
import { isMapping, isSequence } from "./nodes.ts";
import type { MappingNode, Node, ScalarNode } from "./nodes.ts";
import type { ModelPath } from "./paths.ts";

/** One document of a file: its tree without what `!reset` removed, and the places that replace instead of merge. */
export interface ComposeDocument {
  readonly tree: Node;
  /** Where `!reset` and `!override` stood: what earlier files say there is dropped. */
  readonly resets: readonly ModelPath[];
}

/**
 * Reads the documents of a Compose file as Compose's YAML reader does.
 * @throws yaml_invalid, duplicate_key, non_string_key, too_many_aliases, too_deep
 */
export function parseComposeYaml(source: Source): readonly ComposeDocument[] {
  try {
    const documents = parseDocuments(withPlainBreaks(source.text));
    for (const document of documents.slice(1)) requireStart(document, source);
    return documents.map((document) => new Converter(source).convert(document));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const origin = { source, start: 0, end: 0 };
    throw new ComposeProblem("too_deep", "The file is nested too deeply to be read.", origin);
  }
}

// YAML 1.1, which Compose's reader follows here, has more line breaks; each is one unit, so places stay
function withPlainBreaks(text: string): string {
  return text.replaceAll(/\r(?!\n)|[\u0085\u2028\u2029]/g, "\n");
}

const maxJoins = 10;

function parseDocuments(text: string, joins = 0): readonly Document[] {
  const documents = [
    ...parseAllDocuments(text, {
      schema: "failsafe",
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "silent",
    }),
  ];
  const joined = joins < maxJoins ? joinQuotedLines(text, documents) : undefined;
  return joined === undefined ? documents : parseDocuments(joined, joins + 1);
}

function requireStart(document: Document, source: Source): void {
  if (document.errors.length > 0 || document.directives?.docStart === true) return;
  const [start, , end] = document.range ?? [0, 0, 0];
  throw new ComposeProblem("yaml_invalid", "Did not find expected <document start>", { source, start, end });
}

class Converter {
  readonly #source: Source;
  readonly #resets: ModelPath[] = [];
  readonly #open = new Set<YamlNode>();
  #targets: ReadonlyMap<Alias, YamlNode | undefined> = new Map();

  constructor(source: Source) {
    this.#source = source;
  }

  convert(document: Document): ComposeDocument {
    const [error] = document.errors;
    if (error !== undefined) {
      const [start, end] = error.pos;
      throw this.#problem("yaml_invalid", error.message, { start, end });
    }
    const { targets, excessive } = readAnchors(document.contents);
    if (excessive !== undefined) {
      const message = `Document contains excessive aliasing: more than ${maxAliasedNodes} copied values.`;
      throw this.#problem("too_many_aliases", message, rangeOf(excessive));
    }
    this.#targets = targets;
    const tree = this.#node(document.contents, []) ?? this.#null(document.contents);
    return { tree, resets: this.#resets };
  }

  /** Gives undefined for what `!reset` removes. */
  #node(node: YamlNode | null, path: ModelPath): Node | undefined {
    if (node === null) return this.#null(node);
    if (isAlias(node)) return this.#alias(node, path);
    if (node.tag === "!reset" || node.tag === "!override") this.#resets.push(path);
    if (node.tag === "!reset") return undefined;
    if (isScalar(node)) return this.#scalar(node);
    this.#open.add(node);
    const converted = isMap(node) ? this.#mapping(node, path) : this.#sequence(node, path);
    this.#open.delete(node);
    return converted;
  }

  #alias(alias: Alias, path: ModelPath): Node | undefined {
    const target = this.#targets.get(alias);
    if (target === undefined) {
      throw this.#problem("yaml_invalid", `Unknown anchor '${alias.source}' referenced`, rangeOf(alias));
    }
    if (this.#open.has(target)) {
      throw this.#problem("yaml_invalid", `Anchor '${alias.source}' value contains itself`, rangeOf(alias));
    }
    return this.#node(target, path);
  }

  #scalar(node: YamlNode & { value: unknown }): ScalarNode {
    const origin = this.#origin(rangeOf(node));
    const text = typeof node.value === "string" ? node.value : "";
    const plain = "type" in node && node.type === "PLAIN";
    const standardTag = node.tag?.startsWith("tag:yaml.org,2002:") === true ? node.tag.slice(18) : undefined;
    if (standardTag === "str" || standardTag === "binary") return { kind: "scalar", value: text, origin };
    if (!plain && standardTag === undefined) return { kind: "scalar", value: text, origin };
    // an unknown tag of one's own keeps a scalar's text
    if (node.tag !== undefined && standardTag === undefined && node.tag !== "!override") {
      return { kind: "scalar", value: text, origin };
    }
    return { kind: "scalar", ...readPlain(text), origin };
  }

  #sequence(node: YamlNode, path: ModelPath): Node {
    const items: Node[] = [];
    if (isSeq(node)) {
      node.items.forEach((item, index) => {
        const converted = this.#node(item as YamlNode | null, [...path, String(index)]);
        if (converted !== undefined) items.push(converted);
      });
    }
    return { kind: "sequence", items, origin: this.#origin(rangeOf(node)) };
  }

  #mapping(node: YamlNode, path: ModelPath): Node {
    const mapping: MappingNode = {
      kind: "mapping",
      entries: new Map(),
      keys: new Map(),
      origin: this.#origin(rangeOf(node)),
    };
    if (!isMap(node)) return mapping;
    const seen = new Map<string, number>();
    let merge: Node | undefined;
    for (const pair of node.items) {
      const key = pair.key as YamlNode | null;
      const range = rangeOf(key ?? node);
      const { text, isMerge } = this.#key(key, path);
      const before = seen.get(text);
      if (before !== undefined) throw this.#duplicate(text, range, before);
      seen.set(text, range.start);
      const value = this.#node(pair.value as YamlNode | null, isMerge ? path : [...path, text]);
      if (value === undefined) continue;
      const placed = pair.value === null ? { ...value, origin: this.#origin(range) } : value;
      if (isMerge) merge = placed;
      else mapping.entries.set(text, placed);
      mapping.keys.set(text, this.#origin(range));
    }
    if (merge !== undefined) this.#merge(mapping, merge);
    return mapping;
  }

  #key(key: YamlNode | null, path: ModelPath): { text: string; isMerge: boolean } {
    const target = key !== null && isAlias(key) ? (this.#targets.get(key) ?? key) : key;
    if (target !== null && !isScalar(target)) {
      throw this.#problem("yaml_invalid", "A mapping key must be a text.", rangeOf(target));
    }
    const scalar = target === null ? undefined : this.#scalar(target);
    const plain = target !== null && "type" in target && target.type === "PLAIN";
    if (plain && scalar?.value === "<<") return { text: "<<", isMerge: true };
    if (typeof scalar?.value === "string" && scalar.timestamp === undefined) {
      return { text: scalar.value, isMerge: false };
    }
    const place = path.length === 0 ? "at top level" : `in ${path.join(".")}`;
    const shown = scalar?.value === undefined || scalar.value === null ? "<nil>" : String(scalar.value);
    throw this.#problem("non_string_key", `Non-string key ${place}: ${shown}. Quote it.`, rangeOf(target));
  }

  #merge(mapping: MappingNode, value: Node): void {
    for (const part of isSequence(value) ? value.items : [value]) {
      if (!isMapping(part)) {
        const message = "Map merge requires map or sequence of maps as the value";
        throw new ComposeProblem("yaml_invalid", message, value.origin);
      }
      for (const [key, child] of part.entries) {
        if (mapping.entries.has(key)) continue;
        mapping.entries.set(key, child);
        mapping.keys.set(key, part.keys.get(key) ?? part.origin);
      }
    }
  }

  #duplicate(key: string, range: Range, before: number): ComposeProblem {
    const { line } = toPosition(this.#source, before);
    return this.#problem(
      "duplicate_key",
      `Mapping key ${JSON.stringify(key)} already defined at line ${line}`,
      range,
    );
  }

  #null(node: YamlNode | null): ScalarNode {
    return { kind: "scalar", value: null, origin: this.#origin(rangeOf(node)) };
  }

  #origin({ start, end }: Range): Origin {
    return { source: this.#source, start, end };
  }

  #problem(code: ProblemCode, message: string, range: Range): ComposeProblem {
    return new ComposeProblem(code, message, this.#origin(range));
  }
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function rangeOf(node: YamlNode | null): Range {
  const range = node?.range;
  return range === null || range === undefined ? { start: 0, end: 0 } : { start: range[0], end: range[1] };
}
