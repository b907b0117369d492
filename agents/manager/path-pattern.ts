const special = /[.+^${}()|[\]\\]/g;

/**
 * Whether a path, or a directory that it is in, fits a pattern as in a `.gitignore`: `*` and `?` stay in one name, `**` goes
 * through directories, a pattern without an inner slash fits at any depth. Names that begin with a dot are names like
 * others, and case is ignored, because some file systems do.
 */
export function fitsPattern(path: string, pattern: string): boolean {
  const plain = pattern.replace(/^\.\//, "/").replace(/\/$/, "");
  const anchored = plain.includes("/");
  const source = plain
    .replace(/^\//, "")
    .split("/")
    .map((part) =>
      part === "**"
        ? "**"
        : part
            .replaceAll(special, String.raw`\$&`)
            .replaceAll(/\*+/g, "[^/]*")
            .replaceAll("?", "[^/]"),
    )
    .join("/")
    .replaceAll(/(?:\*\*\/)+/g, "(?:[^/]+/)*")
    .replace(/\/?\*\*$/, "/.+");
  return new RegExp(`^${anchored ? "" : "(?:[^/]+/)*"}${source}(?:/|$)`, "iu").test(path);
}
