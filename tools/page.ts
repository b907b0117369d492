import { createHash } from "node:crypto";
import { glob, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";

// Builds the page where its sources, or what they are built with, changed since the last build; says so, else nothing.
const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);
/** Less than this fits into one packet anyway. */
const smallestBytes = 1_024;
const repository = join(import.meta.dirname, "..");
const stampFile = join(repository, "gateway/ui/dist/.sources");
const sources = [
  "gateway/ui/{src,public}/**/*.*",
  "gateway/ui/*.*",
  "locales/**/*.ts",
  "package-lock.json",
  "tools/page.ts",
];

async function sumSources(): Promise<string> {
  const paths: string[] = [];
  for await (const path of glob(sources, { cwd: repository })) paths.push(path);
  const sum = createHash("sha256");
  for (const path of paths.toSorted()) sum.update(`${path}\0`).update(await readFile(join(repository, path)));
  return sum.digest("hex");
}

/** Puts each text beside itself in the encodings that browsers take, so that no request waits for it. */
async function compress(dir: string): Promise<void> {
  for await (const path of glob("**/*.{html,js,css,svg}", { cwd: dir })) {
    const bytes = await readFile(join(dir, path));
    if (bytes.length < smallestBytes) continue;
    await writeFile(join(dir, `${path}.br`), await brotli(bytes));
    await writeFile(join(dir, `${path}.gz`), await gzipped(bytes, { level: 9 }));
  }
}

const stamp = await sumSources();
if ((await readFile(stampFile, "utf8").catch(() => "")) !== stamp) {
  const startedAtMs = performance.now();
  // its packages take a moment to load, and are seldom needed
  const { build } = await import("vite");
  await build({ configFile: join(repository, "gateway/ui/vite.config.ts"), logLevel: "warn" });
  await compress(join(repository, "gateway/ui/dist"));
  await writeFile(stampFile, stamp);
  process.stderr.write(
    `setup: built the page in ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s\n`,
  );
}
