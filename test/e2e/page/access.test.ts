import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeWithBrowser, enter, expectNothingWrong, phone, visit } from "./browser.ts";
import { openGateway, type OpenGateway } from "./open-gateway.ts";

const places = [
  "/",
  "/stacks",
  "/stacks/web",
  "/tickets",
  "/tickets/T-0001",
  "/tickets/T-0002",
  "/tickets/new",
  "/roles",
  "/roles/developer",
  "/feed",
];

async function findSerious(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")}: ${failureSummary}`),
    );
}

async function fill({ project: { house } }: OpenGateway): Promise<void> {
  const ask = house.operator;
  await ask.ask("ticket.create", {
    title: "A change to approve",
    description: { head: "With `code`, **weight** and\n\n- a list" },
  });
  await house.until("T-0001", "approving");
  await ask.ask("ticket.create", {
    title: "Something broken",
    priority: "critical",
    autonomy: "manual",
    labels: ["shop"],
  });
  await ask.ask("ticket.comment", { id: "T-0002", text: { head: "A comment" } });
}

async function openPlace(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByText("Connected", { exact: true }).waitFor();
  await page.getByRole("heading", { level: 1 }).waitFor();
  await expect.poll(() => page.locator(".mantine-Skeleton-root").count(), { timeout: 10_000 }).toBe(0);
}

describeWithBrowser("everybody", () => {
  for (const colorScheme of ["light", "dark"] as const)
    test(`finds no serious barrier in the ${colorScheme} theme`, async () => {
      await using gateway = await openGateway();
      await fill(gateway);
      await using visitor = await visit({ colorScheme });
      const { page } = visitor;
      await page.goto(gateway.url);
      await page.getByRole("heading", { name: "Open Dockfra with a link" }).waitFor();
      expect(await findSerious(page)).toEqual([]);
      await enter(visitor, await gateway.link());
      expect(await page.locator("html").getAttribute("data-mantine-color-scheme")).toBe(colorScheme);
      for (const place of places) {
        await openPlace(page, `${gateway.url}${place}`);
        expect({ place, found: await findSerious(page) }).toEqual({ place, found: [] });
      }
      await openPlace(page, `${gateway.url}/tickets/T-0001`);
      await page.getByRole("button", { name: "Send back" }).click();
      await page.getByRole("dialog").waitFor();
      await page.waitForTimeout(400);
      expect(await findSerious(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Open or close the assistant" }).click();
      await page.getByRole("log").getByRole("button").first().waitFor();
      await page.waitForTimeout(400);
      expect(await findSerious(page)).toEqual([]);
    });

  test("on a phone finds every place in the drawer, and nothing is wider than the screen", async () => {
    await using gateway = await openGateway();
    await fill(gateway);
    await using visitor = await visit({ viewport: phone });
    const { page } = visitor;
    await enter(visitor, await gateway.link());
    for (const name of ["Stacks", "Tickets", "Roles", "Activity", "Overview"]) {
      await page.getByRole("button", { name: "Menu" }).click();
      await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name }).click();
      await page.getByRole("heading", { level: 1 }).waitFor();
    }
    for (const place of places) {
      await openPlace(page, `${gateway.url}${place}`);
      expect({ place, width: await page.evaluate("document.documentElement.scrollWidth") }).toEqual({
        place,
        width: phone.width,
      });
    }
    expectNothingWrong(visitor);
  });

  test("with the keyboard alone opens a ticket and decides; the choice of colours stays", async () => {
    await using gateway = await openGateway();
    await fill(gateway);
    await using visitor = await visit();
    const { page } = visitor;
    await enter(visitor, await gateway.link());
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
    await page.getByRole("link", { name: "Tickets" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: /A change to approve/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Approve" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Done, and proven on the running app").waitFor();
    await page.getByRole("button", { name: "Colours" }).click();
    await page.getByRole("menuitem", { name: "Dark" }).click();
    await page.reload();
    await page.getByText("Connected", { exact: true }).waitFor();
    expect(await page.locator("html").getAttribute("data-mantine-color-scheme")).toBe("dark");
    expectNothingWrong(visitor);
  });
});
