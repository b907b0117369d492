/** Why a Compose file, or a part of it, was not taken. */
export const problemCodes = [
  "yaml_invalid",
  "duplicate_key",
  "not_utf8",
  "control_character",
  "too_large",
  "too_deep",
  "too_many_aliases",
  "empty_file",
  "not_a_mapping",
  "non_string_key",
  "schema_mismatch",
  "cannot_merge",
  "extends_invalid",
  "include_invalid",
  "cycle",
  "path_outside_root",
  "remote_not_followed",
  "unreadable",
  "resource_invalid",
  "interpolation_invalid",
  "inconsistent",
  "project_name_invalid",
  "env_file_invalid",
] as const;
export type ProblemCode = (typeof problemCodes)[number];

/** One reason, with the place that has to be mended. */
export interface Problem {
  /** Relative to the root, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly code: ProblemCode;
  readonly message: string;
}

/** Carries a problem out of the pure readers; never leaves discovery. */
export class ComposeProblem extends Error {
  override readonly name = "ComposeProblem";
  readonly code: ProblemCode;
  readonly origin: Origin | undefined;

  constructor(code: ProblemCode, message: string, origin?: Origin) {
    super(message);
    this.code = code;
    this.origin = origin;
  }
}

/** A text that was read, with what is needed to turn an offset into line and column. */
export interface Source {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** Where a node was written; offsets are UTF-16 units into the source's text. */
export interface Origin {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

const lineStarts = new WeakMap<Source, readonly number[]>();

/** Gives line and column of an offset, both from 1. */
export function toPosition(source: Source, offset: number): Position {
  let starts = lineStarts.get(source);
  if (starts === undefined) {
    starts = findLineStarts(source.text);
    lineStarts.set(source, starts);
  }
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

function findLineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
