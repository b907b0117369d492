/** One file of a diff as `git diff --no-renames` writes it. */
export interface FileChange {
  readonly path: string;
  readonly kind: "added" | "deleted" | "changed";
  /** Octal as git writes it; `undefined` where the diff does not name it. */
  readonly oldMode: string | undefined;
  readonly newMode: string | undefined;
  readonly binary: boolean;
  readonly insertions: number;
  readonly deletions: number;
}

interface Draft {
  path: string | undefined;
  header: string;
  kind: FileChange["kind"];
  oldMode: string | undefined;
  newMode: string | undefined;
  binary: boolean;
  insertions: number;
  deletions: number;
}

const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

/** Reads a diff; lines of a hunk are counted by its head, so that text that looks like a head is text. */
export function parseDiff(diff: string): FileChange[] {
  const files: Draft[] = [];
  let oldLeft = 0;
  let newLeft = 0;
  for (const line of diff.split("\n")) {
    const file = files.at(-1);
    if (file && (oldLeft > 0 || newLeft > 0)) {
      const mark = line[0];
      if (mark === "+") {
        file.insertions++;
        newLeft--;
      } else if (mark === "-") {
        file.deletions++;
        oldLeft--;
      } else if (mark !== "\\") {
        oldLeft--;
        newLeft--;
      }
      continue;
    }
    if (line.startsWith("diff --git ")) {
      files.push({
        path: undefined,
        header: line.slice(11),
        kind: "changed",
        oldMode: undefined,
        newMode: undefined,
        binary: false,
        insertions: 0,
        deletions: 0,
      });
      continue;
    }
    if (!file) continue;
    const head = hunk.exec(line);
    if (head) {
      oldLeft = Number(head[1] ?? 1);
      newLeft = Number(head[2] ?? 1);
    } else readHeader(file, line);
  }
  return files.map(({ header, path, ...rest }) => ({ ...rest, path: path ?? pathOfHeader(header) }));
}

function readHeader(file: Draft, line: string): void {
  const mode = /^(old mode|new mode|new file mode|deleted file mode) (\d{6})$/.exec(line);
  if (mode) {
    if (mode[1] === "new file mode") file.kind = "added";
    if (mode[1] === "deleted file mode") file.kind = "deleted";
    if (mode[1]?.startsWith("new")) file.newMode = mode[2];
    else file.oldMode = mode[2];
    return;
  }
  const index = /^index [0-9a-f]+\.\.[0-9a-f]+ (\d{6})$/.exec(line);
  if (index) {
    file.oldMode = index[1];
    file.newMode = index[1];
  } else if (line.startsWith("Binary files ") || line.startsWith("GIT binary patch")) file.binary = true;
  else if (line.startsWith("--- ") && line !== "--- /dev/null") file.path = stripSide(line.slice(4));
  else if (line.startsWith("+++ ") && line !== "+++ /dev/null") file.path = stripSide(line.slice(4));
}

/** Without renames both sides of the header name the same file. */
function pathOfHeader(header: string): string {
  if (header.startsWith('"')) return stripSide(header.slice(0, header.indexOf('" "') + 1));
  return header.slice(2, (header.length - 1) / 2);
}

function stripSide(name: string): string {
  const text = name.replace(/\t$/, "");
  return (text.startsWith('"') ? unquote(text) : text).slice(2);
}

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\u0007",
  b: "\b",
  f: "\f",
  v: "\v",
};

/** Reads a name in git's C quotes; octal escapes are bytes of UTF-8. */
function unquote(quoted: string): string {
  const bytes: number[] = [];
  const inner = quoted.slice(1, -1);
  for (const [, octal, escape, plain] of inner.matchAll(/\\([0-7]{3})|\\(.)|([^\\])/gsu)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else
      bytes.push(...Buffer.from(escape === undefined ? (plain ?? "") : (escapes[escape] ?? escape), "utf8"));
  }
  return Buffer.from(bytes).toString("utf8");
}
