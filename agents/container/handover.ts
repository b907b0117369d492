/**
 * Run by the agent as the shell's user: writes the files that come on stdin, a JSON object of names and texts, into the
 * directory that the argument names, 0600, each in one step; those of ours that are not named any more go.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { json } from "node:stream/consumers";

const dir = process.argv[2];
if (dir === undefined) throw new Error("Name the directory to write into.");
const files = (await json(process.stdin)) as Readonly<Record<string, string>>;
process.umask(0o077);
mkdirSync(dir, { recursive: true, mode: 0o700 });
for (const [name, text] of Object.entries(files)) {
  if (!/^[a-z0-9_]+$/.test(name)) throw new Error(`"${name}" is no name of a file of ours.`);
  const draft = join(dir, `.${name}.new`);
  rmSync(draft, { force: true });
  writeFileSync(draft, text, { flag: "wx", mode: 0o600 });
  renameSync(draft, join(dir, name));
}
for (const name of readdirSync(dir))
  if (!Object.hasOwn(files, name)) rmSync(join(dir, name), { recursive: true });
