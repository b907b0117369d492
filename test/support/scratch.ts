import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A directory of one test's own; gone at the end of its scope. */
export interface Scratch extends AsyncDisposable {
  readonly dir: string;
  /** Gives a path inside. */
  readonly path: (...parts: readonly string[]) => string;
  /** Writes a file inside, with its folders; gives its path. */
  readonly write: (name: string, text: string) => Promise<string>;
  /** Writes a `/bin/sh` program inside; gives its path. */
  readonly program: (name: string, body: string) => Promise<string>;
}

/** Makes an empty directory below the system's temporary one. */
export async function makeScratch(): Promise<Scratch> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), "dockfra-test-")));
  const path = (...parts: readonly string[]) => join(dir, ...parts);
  async function write(name: string, text: string): Promise<string> {
    await mkdir(dirname(path(name)), { recursive: true });
    await writeFile(path(name), text);
    return path(name);
  }
  async function program(name: string, body: string): Promise<string> {
    await write(name, `#!/bin/sh\n${body}\n`);
    await chmod(path(name), 0o755);
    return path(name);
  }
  return {
    dir,
    path,
    write,
    program,
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}
