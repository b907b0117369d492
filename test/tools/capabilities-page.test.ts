import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listenTable, mutantTable, publishTable } from "../integration/bus/matrix/page.ts";

const page = await readFile(join(import.meta.dirname, "../../docs/capabilities.md"), "utf8");
/** The formatter of the page pads its tables. */
const bare = (text: string): string => text.replaceAll(/[ -]+/g, "");

test.each([
  ["publish", publishTable()],
  ["listen", listenTable()],
  ["mutants", mutantTable()],
])('docs/capabilities.md has the table "%s" as it is now; else run: npm run matrix', (_name, table) => {
  expect(bare(page)).toContain(bare(table));
});
