import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { replaceFile } from "../git/fixed-config.ts";
import { noSpend, type SpendStore } from "./budget.ts";

const Amount = z.number().nonnegative();
const Stored = z.object({ steps: Amount, tokens: Amount, ms: Amount, usd: Amount });

/** Keeps a ticket's spend as a small file of its own in a directory of ours. */
export function createSpendFile(dir: string, ticket: string): SpendStore {
  const path = join(dir, `${ticket}.json`);
  return {
    async load() {
      const text = await readFile(path, "utf8").catch((error: unknown) => {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
      });
      return text === undefined ? noSpend : Stored.parse(JSON.parse(text));
    },
    async save(spend) {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      await replaceFile(path, `${JSON.stringify(spend)}\n`);
    },
  };
}
