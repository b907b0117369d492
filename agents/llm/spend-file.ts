import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { conflict } from "../../bus/kernel/errors.ts";
import { replaceFile } from "../git/fixed-config.ts";
import { noSpend, type Spend, type SpendStore } from "./budget.ts";

const Amount = z.number().nonnegative();
const Stored = z.object({ steps: Amount, tokens: Amount, ms: Amount, usd: Amount });

function parseSpend(path: string, text: string): Spend {
  try {
    return Stored.parse(JSON.parse(text));
  } catch (error) {
    // what was spent is not known: nothing more is spent until somebody says so
    throw conflict(
      "llm_spend_unreadable",
      `What the ticket has spent cannot be read from ${path}. Remove that file to count from nothing, then resume the ticket.`,
      { params: { path }, cause: error },
    );
  }
}

/** Keeps a ticket's spend as a small file of its own in a directory of ours. */
export function createSpendFile(dir: string, ticket: string): SpendStore {
  const path = join(dir, `${ticket}.json`);
  let made: Promise<string | undefined> | undefined;
  return {
    async load() {
      const text = await readFile(path, "utf8").catch((error: unknown) => {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
      });
      return text === undefined ? noSpend : parseSpend(path, text);
    },
    async save(spend) {
      made ??= mkdir(dir, { recursive: true, mode: 0o700 });
      await made;
      await replaceFile(path, `${JSON.stringify(spend)}\n`);
    },
  };
}
