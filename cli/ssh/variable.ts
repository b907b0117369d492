/** Reads one plain variable out of an env file's text, the last one of that name; without loading what reads them all. */
export function readVariable(text: string, name: string): string | undefined {
  const line = new RegExp(
    `^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[ \\t]*["']?([^"'\\s#]*)["']?[ \\t]*(?:#.*)?$`,
    "gm",
  );
  return [...text.matchAll(line)].at(-1)?.[1];
}
