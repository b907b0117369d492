import { posix } from "node:path";
import { declarationWeight, declarationsIn } from "../variables/variable.ts";
import type { Declaration, Variable, VariableUse } from "../variables/variable.ts";
import { isSecretName } from "../variables/secrets.ts";
import type { MappingNode, Node, ScalarNode } from "./nodes.ts";
import { toPosition } from "./problems.ts";

/**
 * Lists a model's variables by name, as `docker compose config --variables` does.
 * @param relative makes an absolute path relative to the root
 */
export function variablesOf(model: MappingNode, relative: (path: string) => string): readonly Variable[] {
  const uses = new UseIndex(relative);
  // the project's name is settled before, so what it uses is not listed
  const rest = new Map([...model.entries].filter(([key]) => key !== "name"));
  const declared = declarations({ ...model, entries: rest }, uses);
  return [...declared.values()]
    .map((declaration) => toVariable(declaration, uses.of(declaration.name)))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function declarations(node: Node, uses: UseIndex): Map<string, Declaration> {
  if (node.kind === "scalar") return ofScalar(node, uses);
  const found = new Map<string, Declaration>();
  // of a list the last one counts in Compose; of a mapping, one by chance
  const inOrder = node.kind === "sequence";
  for (const child of inOrder ? node.items : node.entries.values()) {
    for (const [name, declaration] of declarations(child, uses)) {
      const present = found.get(name);
      const replaces =
        present === undefined || inOrder || declarationWeight(declaration) > declarationWeight(present);
      if (replaces) found.set(name, declaration);
    }
  }
  return found;
}

function ofScalar(node: ScalarNode, uses: UseIndex): Map<string, Declaration> {
  const found = new Map<string, Declaration>();
  const { value } = node;
  if (typeof value !== "string" || !value.includes("$")) return found;
  for (const declaration of declarationsIn(value)) found.set(declaration.name, declaration);
  if (found.size > 0) uses.add(node, found);
  return found;
}

function toVariable({ name, operator, word }: Declaration, uses: readonly VariableUse[]): Variable {
  const required = operator?.endsWith("?") === true;
  return {
    name,
    ...(operator?.endsWith("-") === true && word !== undefined ? { default: word } : {}),
    ...(operator?.endsWith("+") === true && word !== undefined ? { alternate: word } : {}),
    required,
    ...(required && word !== undefined && word !== "" ? { message: word } : {}),
    secret: isSecretName(name),
    uses,
  };
}

/** Collects where names are used, each place once however often an alias copies it. */
class UseIndex {
  readonly #relative: (path: string) => string;
  readonly #uses = new Map<string, Map<string, VariableUse>>();

  constructor(relative: (path: string) => string) {
    this.#relative = relative;
  }

  add(node: ScalarNode, names: ReadonlyMap<string, unknown>): void {
    const { source, start, end } = node.origin;
    const raw = source.text.slice(start, end);
    const missing = new Set(names.keys());
    for (const match of raw.matchAll(/\$\$|\$\{?([A-Za-z_][A-Za-z0-9_]*)/g)) {
      const name = match[1];
      if (name === undefined || !names.has(name)) continue;
      missing.delete(name);
      this.#put(name, node, start + match.index);
    }
    // written with escapes, so that only the value shows it
    for (const name of missing) this.#put(name, node, start);
  }

  of(name: string): readonly VariableUse[] {
    const uses = [...(this.#uses.get(name)?.values() ?? [])];
    return uses.toSorted((a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column);
  }

  #put(name: string, { origin }: ScalarNode, offset: number): void {
    const use = { file: this.#relative(origin.source.path), ...toPosition(origin.source, offset) };
    const uses = this.#uses.get(name) ?? new Map<string, VariableUse>();
    uses.set(posix.join(use.file, `${use.line}`, `${use.column}`), use);
    this.#uses.set(name, uses);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
