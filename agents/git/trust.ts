import { replaceFile } from "./fixed-config.ts";

/**
 * Writes a configuration in which git takes exactly these repositories as safe, whoever owns them; `include` are others
 * that count too. It must be a file: what the command line says does not reach the side of a fetch that reads.
 */
export async function writeTrust(
  path: string,
  repositories: readonly string[],
  include: readonly string[] = [],
): Promise<void> {
  const lines = [
    ...include.flatMap((file) => ["[include]", `\tpath = ${quote(file)}`]),
    "[safe]",
    ...repositories.map((dir) => `\tdirectory = ${quote(dir)}`),
    "",
  ];
  await replaceFile(path, lines.join("\n"));
}

function quote(value: string): string {
  return `"${value.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t")}"`;
}
