import { mkdir, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { createWorkFolder } from "../cli/demo/work-folder.ts";
import { runProgram } from "../cli/program.ts";

// Starts everything for a project and shows its page; without a project, for a copy of the sample shop that is kept.
async function sampleCopy(): Promise<string> {
  // not in this clone: a repository inside another one is neither's
  const dir = join(process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "dockfra", "sample");
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
