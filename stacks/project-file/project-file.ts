import { open } from "node:fs/promises";
import { join } from "node:path";
import { isAlias, isCollection, isPair, LineCounter, parseDocument, visit, type Document } from "yaml";
import { DockfraError, invalidInput } from "../../bus/kernel/errors.ts";
import { explainIssue } from "./issue-explanation.ts";
import { ProjectFile } from "./project-schema.ts";

/** The file's name below ROOT. */
export const projectFileName = "dockfra.yaml";

const maxBytes = 128 * 1024;
const maxLine = 10_000;
const maxDepth = 20;
const maxAliases = 50;

/**
 * Reads ROOT's `dockfra.yaml`; `undefined` where there is none.
 * @throws `project_file_invalid` with file, line and column
 */
export async function readProjectFile(root: string): Promise<ProjectFile | undefined> {
  const text = await readProjectText(root);
  return text === undefined ? undefined : parseProjectFile(text, join(root, projectFileName));
}

/** Reads the text of ROOT's `dockfra.yaml`; `undefined` where there is none. @throws `project_file_invalid` where it cannot be read */
export function readProjectText(root: string): Promise<string | undefined> {
  return readLimited(join(root, projectFileName));
}

/**
 * Parses the text of a `dockfra.yaml`; `file` is only for the message.
 * @throws `project_file_invalid` with file, line and column
 */
export function parseProjectFile(text: string, file: string = projectFileName): ProjectFile {
  if (Buffer.byteLength(text) > maxBytes) throw tooLarge(file);
  const lines = new LineCounter();
  const refuse = (offset: number, why: string, cause?: unknown): DockfraError => {
    const { line, col } = lines.linePos(offset);
    return invalid(file, line, col, why, cause);
  };
  const longLine = text.split("\n").findIndex((line) => line.length > maxLine);
  if (longLine >= 0) throw invalid(file, longLine + 1, 1, `the line is longer than ${maxLine} characters`);
  const tooDeep = depthLimit(text);
  if (tooDeep !== undefined) {
    const before = text.slice(0, tooDeep).split("\n");
    throw invalid(
      file,
      before.length,
      (before.at(-1) ?? "").length + 1,
      `it nests deeper than ${maxDepth} levels`,
    );
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const broken = document.errors[0] ?? document.warnings[0];
  if (broken) throw refuse(broken.pos[0], broken.message.split("\n")[0] ?? broken.code, broken);
  guardTree(document, refuse);
  const parsed = ProjectFile.safeParse(toPlain(document, refuse));
  if (parsed.success) return parsed.data;
  const { offset, why } = explainIssue(document, parsed.error.issues);
  throw refuse(offset, why, parsed.error);
}

type Refuse = (offset: number, why: string, cause?: unknown) => DockfraError;

function guardTree(document: Document.Parsed, refuse: Refuse): void {
  let aliases = 0;
  visit(document, (_key, node, path) => {
    const offset = startOf(node);
    if (isAlias(node) && ++aliases > maxAliases)
      throw refuse(offset, `it has more than ${maxAliases} aliases`);
    if (isPair(node) && String(node.key) === "__proto__")
      throw refuse(startOf(node.key), 'the key "__proto__" is not allowed');
    if (isCollection(node) && path.length > 2 * maxDepth)
      throw refuse(offset, `it nests deeper than ${maxDepth} levels`);
  });
}

function toPlain(document: Document.Parsed, refuse: Refuse): unknown {
  try {
    return document.toJS({ maxAliasCount: maxAliases }) ?? {};
  } catch (error) {
    throw refuse(0, error instanceof Error ? error.message : String(error), error);
  }
}

function startOf(node: unknown): number {
  const range = typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
  return Array.isArray(range) && typeof range[0] === "number" ? range[0] : 0;
}

/** The offset where flow brackets or dashes on one line nest too deep, counted before the recursive parser sees them. */
function depthLimit(text: string): number | undefined {
  let depth = 0;
  for (const match of text.matchAll(/[[{]|[\]}]|(?:[-?] ){21}/g)) {
    if (match[0].length > 1) return match.index;
    depth = match[0] === "[" || match[0] === "{" ? depth + 1 : Math.max(0, depth - 1);
    if (depth > 10 * maxDepth) return match.index;
  }
  return undefined;
}

async function readLimited(file: string): Promise<string | undefined> {
  try {
    await using handle = await open(file, "r");
    const { size } = await handle.stat();
    if (size > maxBytes) throw tooLarge(file);
    return await handle.readFile("utf8");
  } catch (error) {
    if (error instanceof DockfraError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    if (code === "ENOENT") return undefined;
    throw invalid(file, 1, 1, `it cannot be read (${code})`, error);
  }
}

function tooLarge(file: string): DockfraError {
  return invalid(file, 1, 1, `it is larger than ${maxBytes / 1024} KB`);
}

function invalid(file: string, line: number, column: number, why: string, cause?: unknown): DockfraError {
  return invalidInput(
    "project_file_invalid",
    `${file}:${line}:${column}: ${why.replace(/\.$/, "")}. Mend the line and try again.`,
    {
      params: { file, line, column, why },
      cause,
    },
  );
}
