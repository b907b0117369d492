import { denied, unavailable } from "../../bus/kernel/errors.ts";
import type { QuestionInput, QuestionOutput } from "../../bus/messages/questions.ts";
import { createFetchPage, explainFetchFailure } from "../../stacks/checks/page.ts";
import { readStackPorts } from "./stack-ports.ts";

/** Gets one page of a stack for a role that cannot reach this machine's loopback. */
export type StackFetch = (input: QuestionInput<"host.fetch">) => Promise<QuestionOutput<"host.fetch">>;

export interface StackFetchOptions {
  readonly root: string;
  readonly stateDir: string;
  readonly signal: AbortSignal;
}

const maxBodyBytes = 256 * 1_024;
/** A health check asks several times a second; which ports are the stacks' changes less often. */
const knownForMs = 2_000;

/**
 * Makes the fetcher: loopback only, ports of the project's stacks only, redirects on the same address only.
 * @throws `fetch_refused`, `page_unreachable`
 */
export function createStackFetch({ root, stateDir, signal }: StackFetchOptions): StackFetch {
  const fetchPage = createFetchPage({ maxBodyBytes });
  let known: { readonly ports: ReadonlySet<number>; readonly atMs: number } | undefined;
  const isStackPort = async (port: number): Promise<boolean> => {
    if (known && known.ports.has(port) && performance.now() - known.atMs < knownForMs) return true;
    known = { ports: await readStackPorts(root, stateDir), atMs: performance.now() };
    return known.ports.has(port);
  };
  return async ({ url, timeoutMs }) => {
    const { hostname, port, protocol, username } = new URL(url);
    if (!isLoopback(hostname) || username !== "")
      throw refused(url, "it is not on this machine's loopback address");
    const number = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
    if (!(await isStackPort(number))) throw refused(url, `no stack of this project has port ${number}`);
    const startMs = performance.now();
    try {
      const page = await fetchPage(url, { signal, timeoutMs });
      return {
        status: page.status,
        ...(page.contentType === undefined ? {} : { contentType: page.contentType.slice(0, 300) }),
        bodyBase64: page.body.toString("base64"),
        cut: page.cut,
        tookMs: performance.now() - startMs,
      };
    } catch (error) {
      const why = explainFetchFailure(error);
      throw unavailable("page_unreachable", `${url.slice(0, 200)} gave no answer: ${why}.`, {
        params: { url: url.slice(0, 200), why },
        retryable: false,
        cause: error,
      });
    }
  };
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function refused(url: string, why: string): Error {
  return denied(
    "fetch_refused",
    `${url.slice(0, 200)} is not fetched: ${why}. Name the stack's address as "url" in dockfra.yaml.`,
    { params: { url: url.slice(0, 200), why } },
  );
}
