import { access } from "node:fs/promises";
import type { BrowserContext, Page } from "playwright-core";
import { describe, expect } from "vitest";
import { chromiumPath, launchChromium } from "../../support/chromium.ts";

const missing = await access(chromiumPath).then(
  () => undefined,
  () => `no browser at ${chromiumPath}; on Debian as root: apt-get install chromium`,
);

/** A suite that needs a real browser; skipped, with the reason in its name, where there is none. */
export function describeWithBrowser(name: string, define: () => void): void {
  if (missing === undefined) describe(name, define);
  else describe.skip(`${name} (skipped: ${missing})`, define);
}

export interface VisitOptions {
  readonly colorScheme?: "light" | "dark";
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** A browser's window with everything that went wrong in it. */
export interface Visit extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the console called an error, exceptions, and requests to another origin than the page's. */
  readonly wrongs: string[];
}

export const phone = { width: 390, height: 844 };

/** Opens a browser with a profile of its own. */
export async function visit({
  colorScheme = "light",
  viewport = { width: 1280, height: 860 },
}: VisitOptions = {}): Promise<Visit> {
  const browser = await launchChromium();
  const context = await browser.newContext({ colorScheme, viewport });
  const page = await context.newPage();
  const wrongs: string[] = [];
  page.on("console", (message) => {
    // what other programs do to the machine's network is not the page's fault
    const isOutside = message.text().includes("ERR_NETWORK_CHANGED");
    if (message.type() === "error" && !isOutside) wrongs.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrongs.push(`exception: ${error.message}`));
  page.on("dialog", (dialog) => {
    wrongs.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    const isOwn =
      page.url() === "about:blank" || origin.replace(/^ws/, "http") === new URL(page.url()).origin;
    if (!isOwn && protocol !== "data:") wrongs.push(`request: ${request.url()}`);
  });
  return { page, context, wrongs, [Symbol.asyncDispose]: () => browser.close() };
}

/** Opens a start-up link and waits until the page is connected. */
export async function enter({ page }: Visit, url: string): Promise<void> {
  await page.goto(url);
  await page.getByText("Connected", { exact: true }).waitFor();
}

/** Fails with what went wrong in the browser. */
export function expectNothingWrong({ wrongs }: Visit): void {
  expect(wrongs).toEqual([]);
}
