import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { runShop, type RunningShop } from "../test/e2e/page/shop.ts";
import { launchChromium } from "../test/support/chromium.ts";

// Walks a newcomer's way through a real installation, and keeps what the README shows.
const folder = join(import.meta.dirname, "../docs/screenshots");
const desktop = { width: 1280, height: 800 };
const phone = { width: 390, height: 780 };

const infra = (port: number): string => `name: infra
services:
  proxy:
    image: traefik:v3
    ports: ["127.0.0.1:\${PROXY_PORT:-${port}}:80"]
    environment:
      ACME_EMAIL: \${ACME_EMAIL:?where warnings about certificates go}
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: \${DB_PASSWORD:?}
      POSTGRES_DB: \${DB_NAME:-shop}
`;
const monitoring = `name: monitoring
services:
  grafana:
    image: grafana/grafana:11.0.0
    ports: ["127.0.0.1:\${GRAFANA_PORT:-3000}:3000"]
    environment:
      GF_SECURITY_ADMIN_PASSWORD: \${GRAFANA_PASSWORD:-}
`;

async function addStacks(dir: string, port: number): Promise<void> {
  for (const [name, text] of [
    ["infra", infra(port)],
    ["monitoring", monitoring],
  ] as const) {
    await mkdir(join(dir, name));
    await writeFile(join(dir, name, "compose.yaml"), text);
  }
}

async function enter(
  browser: Browser,
  shop: RunningShop,
  options: { dark?: boolean; viewport?: typeof phone } = {},
): Promise<Page> {
  const { dark = false, viewport = desktop } = options;
  const page = await browser.newPage({ viewport, colorScheme: dark ? "dark" : "light" });
  await page.goto(await shop.link());
  await page.getByRole("heading", { level: 1, name: /^Found/ }).waitFor();
  await page.getByText("Connected", { exact: true }).waitFor();
  return page;
}

async function keep(page: Page, name: string): Promise<void> {
  // what moves has to have come to rest
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  process.stdout.write(`docs/screenshots/${name}.png\n`);
}

async function handIn(page: Page, example: RegExp): Promise<void> {
  await page.getByRole("button", { name: "New ticket" }).click();
  await page.getByRole("button", { name: example }).click();
  await page.getByRole("button", { name: "Hand it in" }).click();
}

async function walk(browser: Browser, shop: RunningShop): Promise<void> {
  const page = await enter(browser, shop);
  await keep(page, "overview");
  await page.getByRole("link", { name: "Fill it in" }).first().click();
  await page.getByLabel("Value of ACME_EMAIL").fill("ops@example.com");
  await keep(page, "values");
  await page.getByRole("link", { name: "Overview" }).click();
  await handIn(page, /The total leaves out the delivery/);
  await page.getByText("Your word is needed").waitFor();
  await page.getByRole("tab", { name: /^Change/ }).click();
  await page.getByText("deliveryCents(lines)").first().waitFor();
  await keep(page, "change");
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByText("Done, and proven on the running app").waitFor({ timeout: 60_000 });
  await page.getByRole("tab", { name: "Timeline" }).click();
  await keep(page, "timeline");
  await page.getByRole("link", { name: "Overview" }).click();
  await handIn(page, /At most 10 of one/);
  await page.getByText("It stands still").waitFor({ timeout: 60_000 });
  await page.getByRole("link", { name: "Overview" }).click();
  await handIn(page, /health/);
  await page.getByText("Your word is needed").waitFor({ timeout: 60_000 });
  const dark = await enter(browser, shop, { dark: true });
  await dark.getByRole("link", { name: "Tickets" }).first().click();
  await dark.getByText("Needs approval").waitFor();
  await keep(dark, "board-dark");
  const small = await enter(browser, shop, { dark: true, viewport: phone });
  await small.goto(new URL("/tickets/T-0001", small.url()).href);
  await small.getByRole("tab", { name: /^Checks/ }).click();
  await small.getByRole("tab", { name: /^Checks/ }).scrollIntoViewIfNeeded();
  await keep(small, "phone-dark");
}

await mkdir(folder, { recursive: true });
const holder = createServer().listen(0, "127.0.0.1");
await once(holder, "listening");
const address = holder.address();
const port = typeof address === "object" && address !== null ? address.port : 0;
try {
  await using shop = await runShop((dir) => addStacks(dir, port));
  const browser = await launchChromium();
  try {
    await walk(browser, shop);
  } finally {
    await browser.close();
  }
} finally {
  holder.close();
}
