import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../bus/server/ready.ts";
import { appEnvironment } from "../../stacks/processes/environment.ts";
import { signalGroup } from "../../stacks/processes/process-identity.ts";
import { startProgram } from "../../stacks/processes/running-program.ts";

/** What a page answered. */
export interface PageAnswer {
  readonly status: number;
  readonly body: string;
}

/** Fetches a page; `undefined` where nothing answers. */
export async function fetchPage(url: string): Promise<PageAnswer | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    // nothing listens, or it does not answer in time: that is what is asked
    if (error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError"))
      return undefined;
    throw error;
  }
}

/** The total that the shop's page shows. */
export function totalOf(page: PageAnswer | undefined): string | undefined {
  return /Total:\s*(?:<[^>]*>)*\s*([^<\s]+)/.exec(page?.body ?? "")?.[1];
}

/** Runs the shop as it is in a folder for as long as it takes to read its page. */
export async function readPageOf(dir: string): Promise<PageAnswer | undefined> {
  const port = await freePort();
  const env = { ...appEnvironment(), PORT: String(port), APP_VERSION: "before" };
  const shop = startProgram([process.execPath, "src/server.js"], { cwd: dir, env });
  shop.stdout.resume();
  shop.stderr.resume();
  try {
    for (let tries = 0; tries < 100; tries++) {
      const page = await fetchPage(`http://127.0.0.1:${port}/`);
      if (page !== undefined) return page;
      await sleep(50);
    }
    return undefined;
  } finally {
    if (shop.pid !== undefined) signalGroup(shop.pid, "SIGKILL");
    await shop.exited;
  }
}
