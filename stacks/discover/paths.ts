/** A place in a Compose model: mapping keys, and indices of sequences as decimal text. */
export type ModelPath = readonly string[];

/** Whether a path fits a pattern in which `*` stands for any one key or index. */
export function matchesPath(path: ModelPath, pattern: readonly string[]): boolean {
  if (path.length !== pattern.length) return false;
  for (let index = 0; index < path.length; index++) {
    const part = pattern[index];
    if (part !== "*" && part !== path[index]) return false;
  }
  return true;
}

/** Rules by path pattern; of the patterns that fit, the first that was given wins. */
export class PathRules<T> {
  readonly #byDepth = new Map<number, (readonly [readonly string[], T])[]>();

  constructor(rules: Iterable<readonly [string, T]>) {
    for (const [pattern, rule] of rules) {
      const parts = pattern.split(".");
      const bucket = this.#byDepth.get(parts.length) ?? [];
      bucket.push([parts, rule]);
      this.#byDepth.set(parts.length, bucket);
    }
  }

  find(path: ModelPath): T | undefined {
    const bucket = this.#byDepth.get(path.length);
    if (bucket === undefined) return undefined;
    for (const [pattern, rule] of bucket) if (matchesPath(path, pattern)) return rule;
    return undefined;
  }
}
