import { brotliCompressSync, brotliDecompressSync, gzipSync } from "node:zlib";
import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { openDoor } from "./support/door.ts";

test("a file goes out in the best encoding that the browser takes and the build made", async () => {
  await using gateway = await openDoor();
  const dir = gateway.scratch.path("pages");
  const text = "export const many = 'words';".repeat(100);
  const asset = join(dir, "assets", "big-0f0f0f.js");
  await writeFile(asset, text);
  await writeFile(`${asset}.br`, brotliCompressSync(text));
  await writeFile(`${asset}.gz`, gzipSync(text));
  const get = (url: string, encoding?: string) =>
    gateway.app.inject({
      method: "GET",
      url,
      headers: {
        host: "127.0.0.1:5050",
        ...(encoding === undefined ? {} : { "accept-encoding": encoding }),
      },
    });
  for (const [taken, encoding] of [
    ["gzip, deflate, br, zstd", "br"],
    ["gzip", "gzip"],
    [undefined, undefined],
    ["identity", undefined],
  ] as const) {
    const { statusCode, headers, rawPayload } = await get("/assets/big-0f0f0f.js", taken);
    expect({ taken, statusCode, encoding: headers["content-encoding"] }).toEqual({
      ...{ taken, statusCode: 200, encoding },
    });
    expect(headers["content-type"]).toMatch(/javascript/);
    expect(headers["cache-control"]).toContain("immutable");
    expect(String(headers["vary"]).toLowerCase()).toContain("accept-encoding");
    if (encoding === "br") expect(brotliDecompressSync(rawPayload).toString()).toBe(text);
    if (encoding === undefined) expect(rawPayload.toString()).toBe(text);
  }
  const small = await get("/assets/app-1a2b3c.js", "br");
  expect(small.headers["content-encoding"]).toBeUndefined();
  expect(small.payload).toBe("export {};");
  const shell = await get("/tickets", "br");
  expect(shell.payload).toContain("<title>Dockfra</title>");
});
