import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { describeWithBrowser, enter, expectNothingWrong, visit } from "./browser.ts";
import { openGateway } from "./open-gateway.ts";

const payloads = [
  "<script>window.owned=1</script>",
  '<img src=x onerror="window.owned=1">',
  '"><svg onload=window.owned=1>',
  "[click](javascript:window.owned=1)",
  "![x](https://evil.example/x.png) https://user:pass@evil.example/",
  "{{constructor.constructor('window.owned=1')()}} ${window.owned=1}",
  '<iframe srcdoc="<script>parent.owned=1</script>"></iframe>',
  "\u202Egnp.exe <a href='data:text/html,<script>1</script>'>x</a>",
];
const all = payloads.join("\n\n");
const places = ["/", "/tickets", "/tickets/T-0001", "/stacks", "/feed", "/tickets/new"];

async function expectHarmless(page: Page): Promise<void> {
  expect(await page.evaluate("window.owned")).toBeUndefined();
  expect(
    await page.locator("script:not([src]), iframe, object, embed, #root [onerror], #root [onload]").count(),
  ).toBe(0);
  const links = await page
    .locator("a[href]")
    .evaluateAll((anchors) => anchors.map((anchor) => (anchor as HTMLAnchorElement).href));
  for (const link of links) expect(link).toMatch(/^https?:\/\//);
  const away = page.locator(`a[href]:not([href^="/"]):not([href^="#"])`);
  for (const rel of await away.evaluateAll((anchors) => anchors.map((anchor) => anchor.getAttribute("rel"))))
    expect(rel).toContain("noopener");
}

describeWithBrowser("hostile text", () => {
  test("in every field of a ticket, in values and in the feed stays text", async () => {
    await using gateway = await openGateway({
      diff: `diff --git a/${payloads[0]} b/${payloads[0]}\n--- a/x\n+++ b/${payloads[1]}\n@@ -1 +1,9 @@ ${payloads[2]}\n-x\n${payloads.map((line) => `+${line}`).join("\n")}\n`,
      script: {
        "manager.review": () => ({ verdict: "rework", reasons: payloads }),
        "manager.triage": () => ({
          title: payloads[0] ?? "",
          priority: "normal",
          labels: payloads.slice(0, 3),
          checks: [],
          repo: "shop",
          stack: "shop",
          summary: all,
        }),
      },
    });
    const { project, developer } = gateway;
    await project.scratch.write(
      "dockfra.yaml",
      `env:\n  WEB_PORT: { label: ${JSON.stringify(payloads[1])}, group: ${JSON.stringify(payloads[0])}, desc: ${JSON.stringify(all)}, placeholder: ${JSON.stringify(payloads[2])} }\n`,
    );
    await using visitor = await visit();
    const { page } = visitor;
    await page.addInitScript(
      "addEventListener('securitypolicyviolation', (event) => console.error('policy', event.violatedDirective))",
    );
    await enter(visitor, await gateway.link());

    await page.goto(`${gateway.url}/tickets/new`);
    await page.getByRole("textbox", { name: "Title" }).fill(payloads[0] ?? "");
    await page.getByRole("textbox", { name: "Description" }).fill(all);
    await page.getByRole("textbox", { name: "Labels" }).fill(payloads.slice(0, 3).join(", "));
    await page.getByRole("textbox", { name: "Checks" }).fill(`GET / contains ${JSON.stringify(payloads[1])}`);
    await page.getByRole("button", { name: "Hand it in" }).click();
    await page.getByRole("heading", { level: 1, name: payloads[0] ?? "" }).waitFor();
    await page.getByLabel("Add a comment").fill(all);
    await page.getByRole("button", { name: "Comment" }).click();
    await page.getByText("1 comment").waitFor();
    await project.house.until("T-0001", "blocked");
    await page.getByText("It stands still").waitFor();
    await page.getByRole("tab", { name: /^Change/ }).click();
    await page.getByRole("row", { name: "window.owned=1" }).first().waitFor();
    await expectHarmless(page);
    for (const [index, text] of payloads.entries())
      developer.tell({
        source: "developer",
        kind: "log",
        atMs: Date.now() + index,
        code: text.slice(0, 90),
        params: { text },
        text,
        flow: "ticket/T-0001",
      });

    await page.goto(`${gateway.url}/stacks`);
    await page.getByLabel("Value of WEB_PORT").fill(payloads[1] ?? "");
    await page.getByRole("button", { name: "Save 1 value" }).click();
    await page.getByText(/^Saved: WEB_PORT|cannot|refused/).waitFor();
    await page.getByRole("button", { name: "Open or close the assistant" }).click();
    await page.getByRole("textbox", { name: "Say something, or ask" }).fill(all.replaceAll("\n", " "));
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("log").getByText("window.owned").first().waitFor();
    await expectHarmless(page);
    for (const place of places) {
      await page.goto(`${gateway.url}${place}`);
      await page.getByText("Connected", { exact: true }).waitFor();
      await page.getByRole("heading", { level: 1 }).waitFor();
      await expectHarmless(page);
    }
    expectNothingWrong(visitor);
  });
});
