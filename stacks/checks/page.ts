/** What a GET of a page gave, after redirects on the same address. */
export interface Page {
  readonly status: number;
  readonly contentType?: string;
  /** The first part of it, at most what the fetcher's limit allows. */
  readonly body: Buffer;
  /** Whether the body was longer. */
  readonly cut: boolean;
}

/**
 * Gets a page of a running app, following redirects that stay on its address. Where the app's address is not ours, somebody else gets it
 * for us. Rejects where there is no answer.
 */
export type FetchPage = (url: string, options: FetchPageOptions) => Promise<Page>;

export interface FetchPageOptions {
  readonly signal: AbortSignal;
  /** Longest wait for the whole page. */
  readonly timeoutMs: number;
}

const maxRedirects = 5;

/** Makes the fetcher that asks from this machine itself. */
export function createFetchPage({ maxBodyBytes = 1_000_000 } = {}): FetchPage {
  return async (url, { signal, timeoutMs }) => {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const { origin } = new URL(url);
    let at = url;
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const response = await fetch(at, {
        redirect: "manual",
        signal: limited,
        headers: { "user-agent": "dockfra-check", connection: "close" },
      });
      const next = redirectOf(response, at);
      if (next === undefined || new URL(next).origin !== origin) return toPage(response, maxBodyBytes);
      await response.body?.cancel();
      at = next;
    }
    throw new Error(`more than ${maxRedirects} redirects`);
  };
}

/** Gets a page from this machine itself, up to 1 MB of it. */
export const fetchDirectly: FetchPage = createFetchPage();

function redirectOf(response: Response, from: string): string | undefined {
  if (response.status < 300 || response.status > 399) return undefined;
  const location = response.headers.get("location");
  return location !== null && URL.canParse(location, from) ? new URL(location, from).href : undefined;
}

async function toPage(response: Response, maxBodyBytes: number): Promise<Page> {
  const { body, cut } = await readBody(response, maxBodyBytes);
  const contentType = response.headers.get("content-type");
  return { status: response.status, ...(contentType === null ? {} : { contentType }), body, cut };
}

async function readBody(
  { body }: Response,
  maxBodyBytes: number,
): Promise<{ readonly body: Buffer; readonly cut: boolean }> {
  if (!body) return { body: Buffer.alloc(0), cut: false };
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBodyBytes) break;
  }
  return { body: Buffer.concat(chunks).subarray(0, maxBodyBytes), cut: sizeBytes > maxBodyBytes };
}

/** Why a fetch failed, in the system's words. */
export function explainFetchFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error)
    return "code" in cause && cause.message === "" ? String(cause.code) : cause.message;
  return error.message;
}
