import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { execa } from "execa";
import { expect, test } from "vitest";
import { releaseSha256, releaseVersion, unpackRelease } from "../../../bus/server/fetch-release.ts";
import { isNatsVersionEnough } from "../../../bus/server/version.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";
import { writeProgram } from "./program.ts";

const system = "linux-amd64";
const folder = `nats-server-v${releaseVersion}-${system}`;

/** A release page on loopback; `answer` gives the bytes of the archive, or nothing for ever. */
async function serve(answer: () => Buffer | undefined) {
  const server = createServer((request, response) => {
    const body = answer();
    if (body === undefined) return;
    if (request.url !== `/v${releaseVersion}/${folder}.tar.gz`) response.writeHead(404).end();
    else response.writeHead(200, { "content-length": body.byteLength }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function makeArchive(scratch: Scratch): Promise<{ archive: Buffer; sha256: string }> {
  await writeProgram(scratch, `${folder}/nats-server`, "nats-server: v2.14.5");
  await execa("tar", ["-czf", "made.tar.gz", folder], { cwd: scratch.dir });
  const archive = await readFile(scratch.path("made.tar.gz"));
  return { archive, sha256: createHash("sha256").update(archive).digest("hex") };
}

function job(dir: string, texts: unknown[] = []) {
  return {
    dir,
    signal: new AbortController().signal,
    onProgress: (progress: unknown) => texts.push(progress),
  };
}

test("the pinned release is new enough and has a checksum for each system", () => {
  expect(isNatsVersionEnough(releaseVersion)).toBe(true);
  expect(Object.keys(releaseSha256)).toEqual(["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64"]);
  for (const sum of Object.values(releaseSha256)) expect(sum).toMatch(/^[0-9a-f]{64}$/);
});

test("an archive with the pinned checksum is unpacked, with its bytes reported", async () => {
  await using source = await makeScratch();
  await using target = await makeScratch();
  const { archive, sha256 } = await makeArchive(source);
  await using page = await serve(() => archive);
  const progress: unknown[] = [];
  await unpackRelease(job(target.dir, progress), {
    baseUrl: page.baseUrl,
    system,
    sha256: { [system]: sha256 },
  });
  expect(await readFile(target.path("nats-server"), "utf8")).toContain("v2.14.5");
  expect(progress.at(-1)).toMatchObject({ doneBytes: archive.byteLength, totalBytes: archive.byteLength });
});

test("an archive with another checksum is refused before it is unpacked", async () => {
  await using source = await makeScratch();
  await using target = await makeScratch();
  const { archive, sha256 } = await makeArchive(source);
  archive[archive.length - 1]! ^= 1;
  await using page = await serve(() => archive);
  const options = { baseUrl: page.baseUrl, system, sha256: { [system]: sha256 } };
  await expect(unpackRelease(job(target.dir), options)).rejects.toThrow(/not the pinned/);
  await expect(readFile(target.path("nats-server"))).rejects.toThrow(/ENOENT/);
});

test("a page that never answers is given up", async () => {
  await using target = await makeScratch();
  await using page = await serve(() => undefined);
  const options = { baseUrl: page.baseUrl, system, stallTimeoutMs: 100 };
  await expect(unpackRelease(job(target.dir), options)).rejects.toThrow("no answer for 0.1 s");
});

test("a missing release and an unknown system are said", async () => {
  await using target = await makeScratch();
  await using page = await serve(() => Buffer.alloc(1));
  const missing = unpackRelease(job(target.dir), { baseUrl: `${page.baseUrl}/elsewhere`, system });
  await expect(missing).rejects.toThrow("the server answers 404");
  const unknown = unpackRelease(job(target.dir), { baseUrl: page.baseUrl, system: "plan9-386" });
  await expect(unknown).rejects.toThrow("no pinned checksum for plan9-386");
});
