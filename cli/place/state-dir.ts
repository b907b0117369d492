import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { conflict } from "../../bus/kernel/errors.ts";
import { stateDirOf } from "./root.ts";

const ignoreAll = "*\n";
/** What a directory may hold and still be taken: the predecessor's variables, and what an interrupted start left. */
const ours = new Set([".env", ".env.example", ".gitignore", "lock", "logs", "nats", "keys", "exchange"]);

/**
 * Makes `<root>/dockfra` ready: only its owner enters, git ignores all of it, variables are private. Gives its path.
 * @throws `state_dir_taken` where something else lives there
 */
export async function prepareStateDir(root: string): Promise<string> {
  const dir = stateDirOf(root);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await refuseForeign(dir);
  await chmod(dir, 0o700);
  await writeFile(join(dir, ".gitignore"), ignoreAll, { mode: 0o600 });
  await mkdir(join(dir, "logs"), { recursive: true, mode: 0o700 });
  await createPrivate(join(dir, ".env"));
  return dir;
}

async function refuseForeign(dir: string): Promise<void> {
  if ((await readIgnore(dir)) === ignoreAll) return;
  const foreign = (await readdir(dir)).find((name) => !ours.has(name));
  if (foreign === undefined) return;
  throw conflict(
    "state_dir_taken",
    `${dir} already holds something else (${foreign}), and Dockfra keeps its state there. Rename that directory, or name another root with --root.`,
    { params: { dir, name: foreign } },
  );
}

async function readIgnore(dir: string): Promise<string | undefined> {
  try {
    return await readFile(join(dir, ".gitignore"), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function createPrivate(path: string): Promise<void> {
  try {
    await writeFile(path, "", { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    await chmod(path, 0o600);
  }
}
