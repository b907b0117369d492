import type { Check } from "../../bus/messages/checks.ts";

type HttpCheck = Extract<Check, { kind: "http" }>;
export interface Observation {
  readonly passed: boolean;
  /** What was seen, one line. */
  readonly observed: string;
}

const maxBodyBytes = 1_000_000;
const maxRedirects = 5;

/** Gets the check's path below `baseUrl` and compares; redirects are followed on the same host only, a body counts up to 1 MB. Never rejects. */
export async function observeHttp(
  check: HttpCheck,
  baseUrl: string,
  signal: AbortSignal,
): Promise<Observation> {
  const startMs = performance.now();
  try {
    const { status, body } = await get(new URL(baseUrl), check.path, signal);
    const took = `in ${Math.round(performance.now() - startMs)} ms`;
    const answered = `GET ${check.path} answered ${status} ${took}`;
    if (status !== (check.status ?? 200)) return no(`${answered}, not ${check.status ?? 200}`);
    if (check.contains !== undefined && !body.includes(check.contains))
      return no(`${answered} without ${JSON.stringify(check.contains)}`);
    if (check.lacks !== undefined && body.includes(check.lacks))
      return no(`${answered} with ${JSON.stringify(check.lacks)}`);
    return { passed: true, observed: answered };
  } catch (error) {
    return no(`GET ${check.path} got no answer: ${signal.aborted ? "out of time" : failureText(error)}`);
  }
}

async function get(base: URL, path: string, signal: AbortSignal): Promise<{ status: number; body: string }> {
  // joined as text: to URL a path such as //host would be another host
  let url = new URL(base.origin + path);
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const response = await fetch(url, {
      redirect: "manual",
      signal,
      headers: { "user-agent": "dockfra-check", connection: "close" },
    });
    const location = response.headers.get("location");
    if (
      response.status < 300 ||
      response.status > 399 ||
      location === null ||
      !URL.canParse(location, url.href)
    )
      return { status: response.status, body: await readBody(response) };
    const next = new URL(location, url);
    if (next.origin !== base.origin) return { status: response.status, body: await readBody(response) };
    await response.body?.cancel();
    url = next;
  }
  throw new Error(`more than ${maxRedirects} redirects`);
}

async function readBody(response: Response): Promise<string> {
  if (!response.body) return "";
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    sizeBytes += chunk.byteLength;
    if (sizeBytes >= maxBodyBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBodyBytes).toString("utf8");
}

function no(observed: string): Observation {
  return { passed: false, observed };
}

function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error)
    return "code" in cause && cause.message === "" ? String(cause.code) : cause.message;
  return error.message;
}
