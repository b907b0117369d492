import { createHash } from "node:crypto";
import { glob, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

// Builds the page where its sources, or what they are built with, changed since the last build; says so, else nothing.
const repository = join(import.meta.dirname, "..");
const stampFile = join(repository, "gateway/ui/dist/.sources");
const sources = ["gateway/ui/{src,public}/**/*.*", "gateway/ui/*.*", "locales/**/*.ts", "package-lock.json"];

async function sumSources(): Promise<string> {
  const paths: string[] = [];
  for await (const path of glob(sources, { cwd: repository })) paths.push(path);
  const sum = createHash("sha256");
  for (const path of paths.toSorted()) sum.update(`${path}\0`).update(await readFile(join(repository, path)));
  return sum.digest("hex");
}

const stamp = await sumSources();
if ((await readFile(stampFile, "utf8").catch(() => "")) !== stamp) {
  const startedAtMs = performance.now();
  // its packages take a moment to load, and are seldom needed
  const { build } = await import("vite");
  await build({ configFile: join(repository, "gateway/ui/vite.config.ts"), logLevel: "warn" });
  await writeFile(stampFile, stamp);
  process.stderr.write(
    `setup: built the page in ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s\n`,
  );
}
