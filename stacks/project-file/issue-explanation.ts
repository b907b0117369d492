import { isMap, isNode, isPair, isScalar, type Document } from "yaml";
import { z } from "zod";
import { ProjectFile } from "./project-schema.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Says the first issue in words and where in the document it is (`offset` in characters). */
export function explainIssue(
  document: Document.Parsed,
  issues: readonly Issue[],
): { offset: number; why: string } {
  const issue = issues[0];
  if (!issue) return { offset: 0, why: "it is not valid" };
  const { path, leaf } = deepest(issue, []);
  if (leaf.code === "unrecognized_keys") {
    const key = leaf.keys[0] ?? "";
    return { offset: keyOffset(document, path, key), why: unknownKey(path, key) };
  }
  const where = path.length === 0 ? "the file" : `"${path.map(String).join(".")}"`;
  return { offset: valueOffset(document, path), why: `${where} ${reason(leaf)}` };
}

/** Follows a union into the branch that the value was meant for. */
function deepest(issue: Issue, base: Path): { path: Path; leaf: Issue } {
  const path = [...base, ...issue.path];
  if (issue.code === "invalid_key") return { path, leaf: issue.issues[0] ?? issue };
  if (issue.code !== "invalid_union") return { path, leaf: issue };
  const ofThisType = issue.errors.filter((branch) => !branch.some((inner) => isRootMismatch(inner)));
  const meant =
    ofThisType.length === 1 ? ofThisType[0] : ofThisType.find((branch) => !branch.some(isUnknownKey));
  const leaf = meant?.find(isUnknownKey) ?? meant?.[0];
  return leaf ? deepest(leaf, path) : { path, leaf: issue };
}

function isRootMismatch(issue: Issue): boolean {
  return issue.code === "invalid_type" && issue.path.length === 0;
}

function isUnknownKey(issue: Issue): boolean {
  return issue.code === "unrecognized_keys" && issue.path.length === 0;
}

function reason(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be of type ${issue.expected}`;
    case "invalid_union":
      return "has none of the forms that are allowed here";
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return `must be at least ${String(issue.minimum)}${issue.origin === "number" || issue.origin === "int" ? "" : " long"}`;
    case "too_big":
      return `must be at most ${String(issue.maximum)}${issue.origin === "number" || issue.origin === "int" ? "" : " long"}`;
    case "invalid_format":
      return issue.message.startsWith("Invalid") ? "is not written as it must be" : issue.message;
    default:
      return issue.message;
  }
}

function unknownKey(path: Path, key: string): string {
  const known = knownKeys(path);
  const nearest = known.toSorted((left, right) => distance(key, left) - distance(key, right))[0];
  const place = path.length === 0 ? "" : ` in "${path.map(String).join(".")}"`;
  const hint = nearest === undefined ? "" : `; the nearest known key is "${nearest}"`;
  return `unknown key "${key}"${place}${hint}`;
}

const JsonSchema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
});

let knownSchema: unknown;

function knownKeys(path: Path): string[] {
  // made once: it takes longer than the rest of a refusal
  knownSchema ??= z.toJSONSchema(ProjectFile, { io: "input", unrepresentable: "any" });
  let level: unknown[] = [knownSchema];
  for (const step of path) level = level.flatMap(branches).flatMap((one) => child(one, step));
  return level.flatMap(branches).flatMap((one) => Object.keys(one.properties ?? {}));
}

function branches(schema: unknown): z.infer<typeof JsonSchema>[] {
  const parsed = JsonSchema.safeParse(schema);
  if (!parsed.success) return [];
  return [parsed.data, ...(parsed.data.anyOf ?? []).flatMap(branches)];
}

function child(schema: z.infer<typeof JsonSchema>, step: PropertyKey): unknown[] {
  if (typeof step === "number") return schema.items === undefined ? [] : [schema.items];
  const property = schema.properties?.[String(step)];
  if (property !== undefined) return [property];
  return typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : [];
}

function valueOffset(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range[0] ?? 0;
}

function keyOffset(document: Document.Parsed, path: Path, key: string): number {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  const pair = isMap(map) ? map.items.find((item) => isPair(item) && String(item.key) === key) : undefined;
  return isScalar(pair?.key) && pair.key.range ? pair.key.range[0] : valueOffset(document, path);
}

/** Levenshtein's distance; keys longer than 40 characters count as their first 40. */
function distance(left: string, right: string): number {
  const target = right.slice(0, 40);
  let row = Array.from({ length: target.length + 1 }, (_, index) => index);
  for (const [i, character] of [...left.slice(0, 40)].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= target.length; j++) {
      const swap = (row[j - 1] ?? 0) + (character === target[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[target.length] ?? 0;
}
