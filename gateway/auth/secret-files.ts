import { mkdir, open, readdir, readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { hashOf, newSecret } from "./secrets.ts";

const hashPattern = /^[0-9a-f]{64}$/;

/** A directory of secrets: one file per secret, named by its hash, holding what is known of it. */
export interface SecretFiles<T> {
  /** Makes a secret; it is seen only now. */
  issue(facts: T): Promise<string>;
  find(secret: string): Promise<T | undefined>;
  /** Gives the facts once: whoever removes the file has it. */
  consume(secret: string): Promise<T | undefined>;
  revoke(hash: string): Promise<boolean>;
  list(): Promise<{ hash: string; facts: T }[]>;
}

/** Opens such a directory, 0700 with files of 0600; only hashes are ever stored. */
export function createSecretFiles<T>(dir: string, schema: z.ZodType<T>): SecretFiles<T> {
  const pathOf = (hash: string): string => join(dir, hash);

  async function read(hash: string): Promise<T | undefined> {
    try {
      return schema.safeParse(JSON.parse(await readFile(pathOf(hash), "utf8"))).data;
    } catch (error) {
      if (isMissing(error) || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  async function remove(hash: string): Promise<boolean> {
    try {
      await unlink(pathOf(hash));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  return {
    async issue(facts) {
      const secret = newSecret();
      const path = pathOf(hashOf(secret));
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const file = await open(`${path}.new`, "wx", 0o600);
      try {
        await file.writeFile(JSON.stringify(facts));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(`${path}.new`, path);
      return secret;
    },
    find: (secret) => read(hashOf(secret)),
    async consume(secret) {
      const hash = hashOf(secret);
      const facts = await read(hash);
      return facts !== undefined && (await remove(hash)) ? facts : undefined;
    },
    revoke: (hash) => (hashPattern.test(hash) ? remove(hash) : Promise.resolve(false)),
    async list() {
      const names = await readdir(dir).catch((error: unknown) => {
        if (isMissing(error)) return [];
        throw error;
      });
      const found = await Promise.all(
        names
          .filter((name) => hashPattern.test(name))
          .map(async (hash) => ({ hash, facts: await read(hash) })),
      );
      return found.flatMap(({ hash, facts }) => (facts === undefined ? [] : [{ hash, facts }]));
    },
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
