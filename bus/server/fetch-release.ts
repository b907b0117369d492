import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { arch, platform } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { NatsFetchJob } from "./source.ts";

/** The release that is fetched where a platform has no package of it. */
export const releaseVersion = "2.14.5";

/** SHA-256 of the release's archives, by Go's names of platform and architecture. */
export const releaseSha256: Readonly<Record<string, string>> = {
  "linux-amd64": "5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355",
  "linux-arm64": "673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c",
  "darwin-amd64": "f95c98d6b6ed2b63c5681b46b092c9585c99767d547cf495730c329234625e96",
  "darwin-arm64": "ddd907854d9a2de834af133fa396915fe6442fe6d8909ae31390d1ea7a0fea50",
};

/** Where to fetch a release from; the defaults are the project's own release page and this machine. */
export interface ReleaseOptions {
  readonly baseUrl?: string;
  readonly system?: string;
  readonly sha256?: Readonly<Record<string, string>>;
  /** How long to wait for an answer, and for each further piece of the archive. */
  readonly stallTimeoutMs?: number;
}

/** Fetches the release archive, checks its pinned SHA-256 and unpacks it. */
export async function unpackRelease(
  { dir, signal, onProgress }: NatsFetchJob,
  {
    baseUrl = "https://github.com/nats-io/nats-server/releases/download",
    system = `${platform()}-${arch() === "x64" ? "amd64" : arch()}`,
    sha256 = releaseSha256,
    stallTimeoutMs = 8_000,
  }: ReleaseOptions = {},
): Promise<void> {
  const wanted = sha256[system];
  if (wanted === undefined) throw new Error(`there is no pinned checksum for ${system}`);
  const folder = `nats-server-v${releaseVersion}-${system}`;
  const text = `release ${releaseVersion}: archive`;
  const archive = await download(`${baseUrl}/v${releaseVersion}/${folder}.tar.gz`, {
    signal,
    stallTimeoutMs,
    onBytes: (doneBytes, totalBytes) =>
      onProgress({ text, doneBytes, ...(totalBytes ? { totalBytes } : {}) }),
  });
  const got = createHash("sha256").update(archive).digest("hex");
  if (got !== wanted) throw new Error(`the archive's SHA-256 is ${got}, not the pinned ${wanted}`);
  await writeFile(join(dir, "archive.tar.gz"), archive);
  await execa("tar", ["-xzf", "archive.tar.gz", "--strip-components=1", `${folder}/nats-server`], {
    cwd: dir,
    cancelSignal: signal,
  });
}

interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly stallTimeoutMs: number;
  readonly onBytes: (doneBytes: number, totalBytes: number | undefined) => void;
}

async function download(url: string, { signal, stallTimeoutMs, onBytes }: DownloadOptions): Promise<Buffer> {
  const stall = new AbortController();
  const stalled = () => stall.abort(new Error(`no answer for ${stallTimeoutMs / 1000} s`));
  let timer = setTimeout(stalled, stallTimeoutMs);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, stall.signal]) });
    if (!response.ok || response.body === null) throw new Error(`the server answers ${response.status}`);
    const totalBytes = Number(response.headers.get("content-length")) || undefined;
    const chunks: Uint8Array[] = [];
    let doneBytes = 0;
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = setTimeout(stalled, stallTimeoutMs);
      chunks.push(chunk);
      doneBytes += chunk.byteLength;
      onBytes(doneBytes, totalBytes);
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(timer);
  }
}
