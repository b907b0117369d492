import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { createWorkFolder } from "../cli/demo/work-folder.ts";
import { runProgram } from "../cli/program.ts";

// Starts everything for a project and shows its page; without a project, for a copy of the sample shop that is kept.
const repository = join(import.meta.dirname, "..");

async function sampleCopy(): Promise<string> {
  const dir = join(repository, "work", "sample");
  await mkdir(dir, { recursive: true });
  if ((await readdir(dir)).length > 0) return dir;
  await createWorkFolder(dir);
  process.stderr.write(
    `wizard: the project is a copy of the sample shop in ${dir}; yours: make wizard ROOT=dir\n`,
  );
  return dir;
}

const [given] = process.argv.slice(2);
const root = given ?? (await sampleCopy());
await runProgram(["up", "--open", "--root", root]);
