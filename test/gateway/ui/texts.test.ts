import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseSync } from "vite";
import { en } from "../../../gateway/ui/src/texts/en.ts";

const sources = join(import.meta.dirname, "../../../gateway/ui/src");
const spoken = new Set([
  "label",
  "title",
  "placeholder",
  "alt",
  "description",
  "hint",
  "aria-label",
  "aria-description",
  "error",
  "lead",
]);

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}
const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

function* walk(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* walk(child);
}

/** Texts that a person would read and that no translator would find. */
function findLiterals(name: string, text: string): string[] {
  const { program, errors } = parseSync(name, text);
  expect(errors).toEqual([]);
  return [...walk(program as unknown as Node)].flatMap((node) => {
    if (node.type === "JSXText") return wordsIn(String(node["value"]));
    if (node.type !== "JSXAttribute") return [];
    const { name: attribute, value } = node as unknown as { name: { name: string }; value: Node | null };
    return spoken.has(attribute.name) && value?.type === "Literal" ? wordsIn(String(value["value"])) : [];
  });
}

/** A command, an address or a sign is the same in every language. */
const wordsIn = (text: string): string[] =>
  /\p{L}{2}/u.test(text) && !/^(?:https?:|GET |Dockfra$)/.test(text.trim()) ? [text.trim()] : [];

test("the finder finds", () => {
  expect(findLiterals("x.tsx", 'const a = <p title="Two words">Hello <b>{name}</b> there · +1</p>;')).toEqual(
    ["Two words", "Hello", "there · +1"],
  );
});

test("no component holds a text of its own", async () => {
  const found: string[] = [];
  for await (const name of glob("**/*.tsx", { cwd: sources })) {
    for (const literal of findLiterals(name, await readFile(join(sources, name), "utf8")))
      found.push(`${name}: ${literal}`);
  }
  expect(found).toEqual([]);
});

function* keysOf(texts: object, path: readonly string[] = []): Generator<string> {
  for (const [key, value] of Object.entries(texts))
    if (typeof value === "string") yield [...path, key].join(".");
    else yield* keysOf(value as object, [...path, key]);
}

test("no component makes HTML of a text, and every group of texts is used", async () => {
  const all: string[] = [];
  for await (const name of glob("**/*.{ts,tsx}", {
    cwd: sources,
    exclude: ["texts/en.ts", "texts/en-tickets.ts"],
  }))
    all.push(await readFile(join(sources, name), "utf8"));
  const code = all.join("\n");
  expect(code).not.toMatch(
    /dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/,
  );
  const unused = [...keysOf(en)].filter((key) => {
    const stem = key.replace(/_(?:zero|one|other)$/, "");
    const group = stem.split(".").slice(0, -1).join(".");
    return (
      !code.includes(`"${stem}"`) &&
      !code.includes(`\`${group}.$\{`) &&
      !new RegExp(`\`${stem.split(".")[0]}\\.\\$\\{[^}]*\\}`).test(code) &&
      !code.includes(`\`${stem.replace(/(_)[a-z]+$/, "$1\u0024{")}`)
    );
  });
  expect(unused).toEqual([]);
});
