import { join } from "node:path";
import { ComposeProblem } from "../discover/problems.ts";
import { RootFiles } from "../discover/source-files.ts";
import { readEnvText } from "../env-file/values.ts";
import type { ValueElsewhere } from "./suggest.ts";

const names = [
  ".env.example",
  ".env.sample",
  ".env.dist",
  ".env.template",
  "env.example",
  "example.env",
] as const;

/**
 * Reads what example files beside stacks have under a name.
 * @param root a real path
 */
export function findInExamples(
  root: string,
  stacks: readonly { readonly name: string; readonly dir: string }[],
  variable: string,
): ValueElsewhere[] {
  const files = new RootFiles(root);
  return stacks.flatMap(({ name: stack, dir }) =>
    names.flatMap((name) => {
      const file = dir === "" ? name : `${dir}/${name}`;
      const value = valueIn(files, join(root, file), variable);
      return value === undefined || value === "" ? [] : [{ value, stack, file }];
    }),
  );
}

function valueIn(files: RootFiles, path: string, variable: string): string | undefined {
  try {
    const read = readEnvText(files.readOptional(path)?.text ?? "");
    return read.ok ? read.values.get(variable) : undefined;
  } catch (error) {
    // what leads out of ROOT or is no text suggests nothing
    if (error instanceof ComposeProblem) return undefined;
    throw error;
  }
}
