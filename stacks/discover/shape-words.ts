import type { Shape, TypeName } from "./shapes.ts";

/** Any value at all. */
export const anything: Shape = { types: ["string", "number", "boolean", "null", "mapping", "array"] };
export const text: Shape = { types: ["string"] };
/** A switch; as text it comes from a variable. */
export const flag: Shape = { types: ["boolean", "string"] };
export const integer: Shape = { types: ["integer", "string"] };
export const numeric: Shape = { types: ["number", "string"] };
const extension = [/^x-/, anything] as const;

/** A value of any of the types. */
export function anyOf(...types: readonly TypeName[]): Shape {
  return { types };
}

export function oneOf(...shapes: readonly Shape[]): Shape {
  return { oneOf: shapes };
}

export function listOf(items: Shape, { unique = false }: { readonly unique?: boolean } = {}): Shape {
  return { types: ["array"], items, unique };
}

export function choice(...values: readonly string[]): Shape {
  return { types: ["string"], values };
}

interface FieldsOptions {
  readonly required?: readonly string[];
  /** Whether `x-…` is taken too. */
  readonly extensible?: boolean;
  readonly nullable?: boolean;
  readonly closed?: boolean;
}

/** A mapping with these fields and, unless told otherwise, `x-…` but nothing else. */
export function fields(
  known: Readonly<Record<string, Shape>>,
  { required = [], extensible = true, nullable = false, closed = true }: FieldsOptions = {},
): Shape {
  return {
    types: nullable ? ["mapping", "null"] : ["mapping"],
    fields: known,
    patterns: extensible ? [extension] : [],
    closed,
    required,
  };
}

/** A mapping from names of the user's choice. */
export function named(
  pattern: RegExp,
  value: Shape,
  { closed = true }: { readonly closed?: boolean } = {},
): Shape {
  return { types: ["mapping"], patterns: [[pattern, value]], closed };
}

export const resourceName = /^[a-zA-Z0-9._-]+$/;
export const texts = listOf(text, { unique: true });
export const textOrTexts = oneOf(text, texts);
/** `KEY: value` or `- KEY=value`. */
export const pairs = oneOf(named(/.+/, anyOf("string", "number", "boolean", "null")), texts);
export const options = named(/^.+$/, anyOf("string", "number"), { closed: false });
export const command = oneOf(anyOf("null"), text, listOf(text));
export const hosts = oneOf(named(/.+/, oneOf(text, listOf(text))), texts);
