import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "../../bus/messages/checks.ts";

const dir = join(import.meta.dirname, "../../stacks/blueprints/sample-tickets");
const files = ["t1-fix-total.md", "t2-breaks-tests.md", "t3-fails-health.md"] as const;

/** A ticket to begin with; its checks are in its description, where the manager reads them. */
export interface ExampleTicket {
  readonly title: string;
  readonly description: string;
  readonly checks: readonly Check[];
}

/** Reads the tickets of the sample project: one that is done, one that breaks the tests, one that fails its health check. */
export function readExamples(): Promise<ExampleTicket[]> {
  return Promise.all(
    files.map(async (name) => {
      const text = await readFile(join(dir, name), "utf8");
      const [heading = "", ...rest] = text.split("\n");
      return { title: heading.replace(/^#\s*/, "").trim(), description: rest.join("\n").trim(), checks: [] };
    }),
  );
}
