import { scanReferences } from "../variables/references.ts";
import { ComposeProblem } from "./problems.ts";
import type { Origin } from "./problems.ts";
import { keyOrigin, sameNode } from "./nodes.ts";
import type { MappingNode, Node, ScalarNode, SequenceNode } from "./nodes.ts";

/** The names that Compose uses for types in its refusals. */
export type TypeName = "string" | "number" | "integer" | "boolean" | "null" | "mapping" | "array";

/** What a value may look like: the part of JSON Schema that the Compose file format needs. */
export type Shape =
  | { readonly oneOf: readonly Shape[] }
  | {
      readonly types: readonly TypeName[];
      readonly fields?: Readonly<Record<string, Shape>>;
      /** For keys that are no field; `closed` refuses those that fit no pattern. */
      readonly patterns?: readonly (readonly [RegExp, Shape])[];
      readonly closed?: boolean;
      readonly required?: readonly string[];
      readonly items?: Shape;
      readonly unique?: boolean;
      readonly values?: readonly string[];
      readonly pattern?: RegExp;
      readonly minimum?: number;
      readonly maximum?: number;
    };
type PlainShape = Exclude<Shape, { readonly oneOf: readonly Shape[] }>;

interface Mismatch {
  readonly depth: number;
  readonly message: string;
  readonly origin: Origin;
}

/**
 * Holds a model against a shape and refuses it with the deepest reason, as Compose does.
 * @throws schema_mismatch
 */
export function requireShape(node: Node, shape: Shape): void {
  const worst = deepest(mismatches(node, shape, []));
  if (worst !== undefined) throw new ComposeProblem("schema_mismatch", worst.message, worst.origin);
}

function deepest(found: readonly Mismatch[]): Mismatch | undefined {
  let worst: Mismatch | undefined;
  for (const one of found) if (worst === undefined || one.depth > worst.depth) worst = one;
  return worst;
}

function mismatches(node: Node, shape: Shape, path: readonly string[]): readonly Mismatch[] {
  if ("oneOf" in shape) return ofAlternatives(node, shape.oneOf, path);
  if (!shape.types.some((type) => hasType(node, type))) {
    return [mismatch(path, `must be a ${listed(shape.types)}`, node.origin)];
  }
  if (node.kind === "scalar") return ofScalar(node, shape, path);
  return node.kind === "sequence" ? ofSequence(node, shape, path) : ofMapping(node, shape, path);
}

function ofAlternatives(node: Node, shapes: readonly Shape[], path: readonly string[]): readonly Mismatch[] {
  const all: Mismatch[] = [];
  for (const shape of shapes) {
    const found = mismatches(node, shape, path);
    if (found.length === 0) return [];
    all.push(...found);
  }
  return all;
}

function ofScalar(node: ScalarNode, shape: PlainShape, path: readonly string[]): readonly Mismatch[] {
  const { value, origin } = node;
  if (typeof value === "number") {
    if (shape.minimum !== undefined && value < shape.minimum) {
      return [mismatch(path, `must be greater than or equal to ${shape.minimum}`, origin)];
    }
    if (shape.maximum !== undefined && value > shape.maximum) {
      return [mismatch(path, `must be less than or equal to ${shape.maximum}`, origin)];
    }
  }
  if (typeof value !== "string") return [];
  // what a variable will bring cannot be judged here
  if (value.includes("$") && scanReferences(value).length > 0) return [];
  if (shape.values !== undefined && !shape.values.includes(value)) {
    return [mismatch(path, `value must be one of ${quoted(shape.values)}`, origin)];
  }
  if (shape.pattern !== undefined && !shape.pattern.test(value)) {
    return [mismatch(path, `'${value}' does not match pattern '${shape.pattern.source}'`, origin)];
  }
  return [];
}

function ofSequence(node: SequenceNode, shape: PlainShape, path: readonly string[]): readonly Mismatch[] {
  const found: Mismatch[] = [];
  if (shape.unique === true) found.push(...twins(node, path));
  const { items } = shape;
  if (items === undefined) return found;
  node.items.forEach((item, index) => found.push(...mismatches(item, items, [...path, String(index)])));
  return found;
}

function twins(node: SequenceNode, path: readonly string[]): readonly Mismatch[] {
  const seen = new Map<string, number>();
  for (const [index, item] of node.items.entries()) {
    const key = item.kind === "scalar" ? `${typeof item.value}:${String(item.value)}` : undefined;
    const before =
      key === undefined
        ? node.items.findIndex((other, at) => at < index && other.kind !== "scalar" && sameNode(other, item))
        : (seen.get(key) ?? -1);
    if (before !== -1) return [mismatch(path, `items at ${before} and ${index} are equal`, item.origin)];
    if (key !== undefined) seen.set(key, index);
  }
  return [];
}

function ofMapping(node: MappingNode, shape: PlainShape, path: readonly string[]): readonly Mismatch[] {
  const found: Mismatch[] = [];
  const missing = (shape.required ?? []).filter((key) => !node.entries.has(key));
  if (missing.length > 0) {
    const noun = missing.length === 1 ? "property" : "properties";
    found.push(mismatch(path, `missing ${noun} ${quoted(missing)}`, node.origin));
  }
  const extra: string[] = [];
  for (const [key, value] of node.entries) {
    const field =
      shape.fields !== undefined && Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
    const matching = (shape.patterns ?? [])
      .filter(([pattern]) => pattern.test(key))
      .map(([, inner]) => inner);
    const inner = field === undefined ? matching : [field, ...matching];
    for (const one of inner) found.push(...mismatches(value, one, [...path, key]));
    if (inner.length === 0 && shape.closed === true) extra.push(key);
  }
  const [first] = extra;
  if (first !== undefined) {
    const { depth, message, origin } = mismatch(
      path,
      `additional properties ${quoted(extra)} not allowed`,
      keyOrigin(node, first),
    );
    found.push({ depth: depth + 1, message, origin });
  }
  return found;
}

function mismatch(path: readonly string[], message: string, origin: Origin): Mismatch {
  return { depth: path.length, message: `${path.join(".")} ${message}`.trimStart(), origin };
}

function hasType(node: Node, type: TypeName): boolean {
  if (node.kind === "mapping") return type === "mapping";
  if (node.kind === "sequence") return type === "array";
  if (node.timestamp === true) return false;
  if (type === "null") return node.value === null;
  if (type === "integer") return typeof node.value === "number" && Number.isInteger(node.value);
  return typeof node.value === type;
}

function listed(types: readonly TypeName[]): string {
  const names = types.toSorted();
  const last = names.at(-1) ?? "";
  return names.length === 1 ? last : `${names.slice(0, -1).join(", ")} or ${last}`;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(", ");
}
