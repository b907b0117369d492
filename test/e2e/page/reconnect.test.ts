import { expect, test } from "vitest";
import { describeWithBrowser, enter, visit } from "./browser.ts";
import { runShop } from "./shop.ts";

interface Known {
  readonly id: string;
  readonly title: string;
  readonly state: string;
}

describeWithBrowser("a gateway that was killed", () => {
  test("the page says so, comes back by itself, and shows what the server has", async () => {
    await using shop = await runShop();
    await using visitor = await visit();
    const { page } = visitor;
    await enter(visitor, await shop.link());
    await page.goto(new URL("/tickets", page.url()).href);
    await shop.cli("ticket", "create", "Before it broke", "--autonomy", "manual");
    await page.getByText("Before it broke").waitFor();

    process.kill(await shop.pidOf("gateway"), "SIGKILL");
    await page
      .getByRole("alert")
      .getByText(/since|ago|now|may be old|does not answer/)
      .waitFor();
    await shop.cli("ticket", "create", "While it was away", "--autonomy", "manual");
    await shop.cli("ticket", "update", "T-0001", "--title", "Renamed meanwhile");
    await page.getByText("Connected", { exact: true }).waitFor({ timeout: 30_000 });

    await page.getByText("While it was away").waitFor();
    await page.getByText("Renamed meanwhile").waitFor();
    const { tickets } = await page.evaluate<{ tickets: Known[] }>(
      "fetch('/api/v1/tickets').then((answer) => answer.json())",
    );
    const shown = await page
      .locator('a[href^="/tickets/T-"]')
      .evaluateAll((cards) => cards.map((card) => card.textContent));
    expect(shown).toHaveLength(tickets.length);
    for (const { id, title } of tickets)
      expect(shown.some((text) => text.includes(id) && text.includes(title))).toBe(true);

    await page.getByRole("link", { name: "Activity" }).click();
    const { items } = await page.evaluate<{ items: { seq: number }[] }>(
      "fetch('/api/v1/feed?limit=300').then((answer) => answer.json())",
    );
    await expect
      .poll(() =>
        page
          .locator("[data-seq]")
          .evaluateAll((lines) => lines.map((line) => Number(line.getAttribute("data-seq"))).toReversed()),
      )
      .toEqual(items.map(({ seq }) => seq));
    await shop.cli("ticket", "create", "After it came back", "--autonomy", "manual");
    await page.getByRole("link", { name: "T-0003" }).first().waitFor();
  });
});
