import { expect, test } from "vitest";
import { describeWithBrowser, enter, expectNothingWrong, visit } from "./browser.ts";
import { runShop } from "./shop.ts";

describeWithBrowser("a newcomer", () => {
  test("goes from the link to a closed ticket, with the shop's own page open", async () => {
    await using shop = await runShop();
    await using visitor = await visit();
    const { page, context } = visitor;
    await enter(visitor, await shop.link());
    expect(page.url()).not.toContain("token");
    await page.getByRole("heading", { level: 1, name: /^Found \d+ stack/ }).waitFor();
    await page.getByText("make wizard ROOT=").waitFor();
    await page.getByText("The crew runs as processes of your user.").waitFor();

    await page.getByRole("button", { name: "New ticket" }).click();
    await page.getByRole("button", { name: /The total leaves out the delivery/ }).click();
    await page.getByRole("button", { name: "Hand it in" }).click();
    await page.getByRole("heading", { level: 1, name: "The total leaves out the delivery" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/tickets/T-0001");

    await page.getByRole("tab", { name: /^Change \+/ }).click();
    await page.getByText("subtotalCents(lines) + deliveryCents(lines)").first().waitFor();
    await page.getByText(/Passed in/).waitFor();
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByText("Done, and proven on the running app").waitFor({ timeout: 60_000 });

    await page.getByRole("tab", { name: /^Checks (\d+)\/\1$/ }).click();
    await page.getByText('GET / contains "Total: €34.97"', { exact: true }).waitFor();
    expect(await page.getByText("Passed", { exact: true }).count()).toBeGreaterThanOrEqual(2);
    await page.getByRole("tab", { name: "Timeline" }).click();
    await page.getByText(/^approved by /i).waitFor();
    await page
      .getByText(/merged into main/i)
      .first()
      .waitFor();

    const opened = context.waitForEvent("page");
    await page.getByRole("link", { name: "Open the app" }).click();
    const app = await opened;
    await app.getByText("Total: €34.97").waitFor();
    expect(app.url()).toBe(`${shop.shopUrl}/`);
    expect(await app.evaluate("window.opener")).toBeNull();

    await page.getByRole("link", { name: "Tickets", exact: true }).first().click();
    const done = page.getByRole("region", { name: "Done and closed" });
    await done.getByText("The total leaves out the delivery").waitFor();
    expectNothingWrong(visitor);
  });

  test("sends a change back with reasons, and is told why it stands still", async () => {
    await using shop = await runShop();
    await using visitor = await visit();
    const { page } = visitor;
    await enter(visitor, await shop.link());
    await page.getByRole("button", { name: "New ticket" }).click();
    await page.getByRole("button", { name: /The total leaves out the delivery/ }).click();
    await page.getByRole("button", { name: "Hand it in" }).click();
    await page.getByRole("button", { name: "Send back" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("What has to change").fill("Name the test better\n\nAnd add one for two items");
    await dialog.getByRole("button", { name: "Send back" }).click();
    await page.getByText("It stands still").waitFor();
    await page
      .getByText(/Name the test better/)
      .first()
      .waitFor();
    await page.getByLabel("Add a comment").fill("I will look again.\n**Tomorrow**");
    await page.getByRole("button", { name: "Comment" }).click();
    await page.locator("strong", { hasText: "Tomorrow" }).waitFor();
    await page.getByRole("button", { name: "Cancel ticket" }).click();
    await page.getByText("It can be taken up again.").waitFor();
    await page.getByRole("button", { name: "Reopen" }).click();
    await page.getByText("Your word is needed").waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Nothing happens until you let it go on.").waitFor();
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByText("Your word is needed").waitFor({ timeout: 60_000 });
    expectNothingWrong(visitor);
  });
});
