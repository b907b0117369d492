import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { notFound } from "../../bus/kernel/errors.ts";

/** Gives an argument's text, or all of stdin where it is `-`. */
export async function readArgument(value: string): Promise<string> {
  return value === "-" ? text(process.stdin) : value;
}

/** Reads a text file, or all of stdin for `-`. @throws `file_missing` */
export async function readInput(path: string): Promise<string> {
  if (path === "-") return text(process.stdin);
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR"))
      throw notFound("file_missing", `There is no file ${path}. Name one that exists, or - for stdin.`, {
        params: { path },
        cause: error,
      });
    throw error;
  }
}
