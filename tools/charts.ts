import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { chartPages } from "./charts/page.ts";

const root = join(import.meta.dirname, "..");

for (const { path, text } of chartPages()) {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  process.stdout.write(`${path}\n`);
}
