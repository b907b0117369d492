import { expect, test } from "vitest";
import { describeWithBrowser, enter, expectNothingWrong, visit } from "./browser.ts";
import { openGateway } from "./open-gateway.ts";

describeWithBrowser("the door of the page", () => {
  test("the token is out of the address at once, and out of the history", async () => {
    await using gateway = await openGateway();
    await using visitor = await visit();
    const { page } = visitor;
    const link = await gateway.link();
    await page.route("**/api/v1/session", async (route) => {
      expect(page.url()).not.toContain("token");
      await route.continue();
    });
    await enter(visitor, link);
    expect(page.url()).toBe(`${gateway.url}/`);
    await page.getByRole("link", { name: "Tickets" }).click();
    await page.goBack();
    expect(page.url()).toBe(`${gateway.url}/`);
    await page.reload();
    await page.getByText("Connected", { exact: true }).waitFor();
    expectNothingWrong(visitor);
  });

  test("a used or wrong token says how to get another, and a pasted link opens", async () => {
    await using gateway = await openGateway();
    const link = await gateway.link();
    await using first = await visit();
    await enter(first, link);
    await using second = await visit();
    await second.page.goto(link);
    await second.page.getByRole("heading", { name: "This link no longer works" }).waitFor();
    await second.page.getByText("dockfra url", { exact: true }).waitFor();
    expect(second.page.url()).not.toContain("token");
    await second.page.getByLabel("Or paste a link here").fill("this is no link");
    await second.page.getByRole("button", { name: "Sign in" }).click();
    await second.page.getByText(/This is no link of Dockfra/).waitFor();
    await second.page.getByLabel("Or paste a link here").fill(await gateway.link());
    await second.page.getByRole("button", { name: "Sign in" }).click();
    await second.page.getByText("Connected", { exact: true }).waitFor();
  });

  test("without a link it asks for one; a new link in the same tab is taken; signing out ends it", async () => {
    await using gateway = await openGateway();
    await using visitor = await visit();
    const { page } = visitor;
    await page.goto(gateway.url);
    await page.getByRole("heading", { name: "Open Dockfra with a link" }).waitFor();
    await page.goto(await gateway.link());
    await page.getByText("Connected", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Open Dockfra with a link" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Open Dockfra with a link" }).waitFor();
    expectNothingWrong(visitor);
  });

  test("files that the network drops on their way are loaded again, and the link still opens", async () => {
    await using gateway = await openGateway();
    await using visitor = await visit();
    const { page } = visitor;
    let dropped = 0;
    await page.route(/\/assets\/(?:index|stacks-page)-.*\.js$/, async (route) => {
      const isFirst = dropped === 0 || (dropped === 1 && route.request().url().includes("stacks-page"));
      if (!isFirst) return route.continue();
      dropped += 1;
      return route.abort("failed");
    });
    await enter(visitor, await gateway.link());
    await page.getByRole("link", { name: "Stacks" }).click();
    await page.getByRole("heading", { level: 1, name: "Stacks" }).waitFor();
    expect(dropped).toBe(2);
  });
});
