import { createFetchPage, type FetchPage } from "../../stacks/checks/page.ts";
import type { QuestionClient } from "../../bus/ports/intents.ts";
import { waitUnless } from "./abandon.ts";

/** Beyond the page's own time: the way to the host and back. */
const marginMs = 2_000;
const longestMs = 30_000;

/**
 * Makes the fetcher of a monitor in a container: pages on this machine's loopback, which a container does not have, come by way of the host;
 * all others, such as a device's on the network, directly.
 */
export function createHostFetch(bus: QuestionClient): FetchPage {
  const direct = createFetchPage();
  return async (url, { signal, timeoutMs }) => {
    if (!isLoopback(new URL(url).hostname)) return direct(url, { signal, timeoutMs });
    const limitMs = Math.min(longestMs, Math.max(100, Math.round(timeoutMs)));
    const asked = bus.question("host.fetch", { url, timeoutMs: limitMs }, { timeoutMs: limitMs + marginMs });
    const until = AbortSignal.any([signal, AbortSignal.timeout(limitMs + marginMs)]);
    const { status, contentType, bodyBase64, cut } = await waitUnless(until, asked);
    return {
      status,
      ...(contentType === undefined ? {} : { contentType }),
      body: Buffer.from(bodyBase64, "base64"),
      cut,
    };
  };
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}
