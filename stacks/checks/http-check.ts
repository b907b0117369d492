import type { Check } from "../../bus/messages/checks.ts";
import { explainFetchFailure, type FetchPage, type FetchPageOptions } from "./page.ts";

type HttpCheck = Extract<Check, { kind: "http" }>;
export interface Observation {
  readonly passed: boolean;
  /** What was seen, one line. */
  readonly observed: string;
}

export interface ObserveOptions extends FetchPageOptions {
  /** Gets the page, as a browser beside the app would. */
  readonly fetchPage: FetchPage;
}

/** Gets the check's path below `baseUrl` and compares; redirects are followed on the same host only, a body counts up to 1 MB. Never rejects. */
export async function observeHttp(
  check: HttpCheck,
  baseUrl: string,
  { fetchPage, signal, timeoutMs }: ObserveOptions,
): Promise<Observation> {
  const startMs = performance.now();
  try {
    // joined as text: to URL a path such as //host would be another host
    const url = new URL(new URL(baseUrl).origin + check.path).href;
    const { status, body } = await fetchPage(url, { signal, timeoutMs });
    const text = body.toString("utf8");
    const took = `in ${Math.round(performance.now() - startMs)} ms`;
    const answered = `GET ${check.path} answered ${status} ${took}`;
    if (status !== (check.status ?? 200)) return no(`${answered}, not ${check.status ?? 200}`);
    if (check.contains !== undefined && !text.includes(check.contains))
      return no(`${answered} without ${JSON.stringify(check.contains)}`);
    if (check.lacks !== undefined && text.includes(check.lacks))
      return no(`${answered} with ${JSON.stringify(check.lacks)}`);
    return { passed: true, observed: answered };
  } catch (error) {
    return no(
      `GET ${check.path} got no answer: ${signal.aborted ? "out of time" : explainFetchFailure(error)}`,
    );
  }
}

function no(observed: string): Observation {
  return { passed: false, observed };
}
