/** A line of a diff with its numbers in the old and the new file. */
export interface DiffLine {
  readonly kind: "added" | "removed" | "same" | "hunk" | "note";
  readonly text: string;
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** What a diff does to one file. */
export interface FileDiff {
  readonly path: string;
  readonly insertions: number;
  readonly deletions: number;
  readonly lines: readonly DiffLine[];
}

/** Reads `git diff` output, file by file; nothing in it is trusted to be well formed. */
export function parseDiff(text: string): FileDiff[] {
  const files: FileDiff[] = [];
  let head: string[] = [];
  let body: string[] = [];
  let inHunk = false;
  const close = (): void => {
    if (head.length + body.length > 0) files.push(toFile(head, body));
  };
  for (const line of text.replace(/\n$/, "").split("\n")) {
    if (line.startsWith("diff --git ")) {
      close();
      [head, body, inHunk] = [[line], [], false];
    } else if (inHunk || line.startsWith("@@")) {
      inHunk = true;
      body.push(line);
    } else if (line !== "") head.push(line);
  }
  close();
  return files;
}

function toFile(head: readonly string[], body: readonly string[]): FileDiff {
  const lines = numberLines(body);
  return {
    path: pathOf(head),
    insertions: lines.filter(({ kind }) => kind === "added").length,
    deletions: lines.filter(({ kind }) => kind === "removed").length,
    lines,
  };
}

function pathOf(head: readonly string[]): string {
  const named = (start: string): string | undefined =>
    head.find((line) => line.startsWith(start))?.slice(start.length);
  return (
    named("+++ b/") ??
    named("rename to ") ??
    named("--- a/") ??
    / b\/(.*)$/.exec(head[0] ?? "")?.[1] ??
    head[0] ??
    ""
  );
}

function numberLines(body: readonly string[]): DiffLine[] {
  let before = 0;
  let after = 0;
  return body.map((line): DiffLine => {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (hunk) {
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      return { kind: "hunk", text: line, before: undefined, after: undefined };
    }
    const text = line.slice(1);
    if (line.startsWith("+")) return { kind: "added", text, before: undefined, after: after++ };
    if (line.startsWith("-")) return { kind: "removed", text, before: before++, after: undefined };
    if (line.startsWith("\\")) return { kind: "note", text: line, before: undefined, after: undefined };
    return { kind: "same", text, before: before++, after: after++ };
  });
}
