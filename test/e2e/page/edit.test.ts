import { expect, test } from "vitest";
import { describeWithBrowser, enter, expectNothingWrong, visit } from "./browser.ts";
import { openGateway } from "./open-gateway.ts";
import { toText } from "../../../bus/artifact-transfer.ts";

describeWithBrowser("a ticket's text", () => {
  test("is changed on the page; a long one is there whole, and only what changed is sent", async () => {
    await using gateway = await openGateway();
    const { operator } = gateway.project.house;
    const long = `${"a long line of what is wanted\n".repeat(600)}the end`;
    await operator.ask("ticket.create", {
      title: "Old title",
      description: await toText(operator, long),
      autonomy: "manual",
      checks: [{ kind: "http", path: "/", status: 200 }],
    });
    await using visitor = await visit();
    const { page } = visitor;
    await enter(visitor, await gateway.link());
    await page.goto(`${gateway.url}/tickets/T-0001`);
    await page.getByRole("button", { name: "Edit" }).click();
    const dialog = page.getByRole("dialog", { name: "Edit T-0001" });
    const save = dialog.getByRole("button", { name: "Save" });
    await dialog.getByLabel("Title").fill("New title");
    const text = await dialog.getByLabel("Description").inputValue();
    expect(text).toBe(long);
    await dialog.getByLabel("Checks on the running app").fill("GET nowhere");
    await dialog.getByText("This line is no check: GET nowhere").waitFor();
    expect(await save.isDisabled()).toBe(true);
    await dialog.getByLabel("Checks on the running app").fill('GET / -> 200 contains "new"');
    await save.click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("heading", { level: 1, name: "New title" }).waitFor();
    const ticket = await operator.ask("ticket.show", { id: "T-0001" });
    expect(ticket).toMatchObject({
      title: "New title",
      checks: [{ kind: "http", path: "/", status: 200, contains: "new" }],
      description: { sizeBytes: long.length },
    });
    expectNothingWrong(visitor);
  });
});
