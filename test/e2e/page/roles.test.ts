import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "vitest";
import { describeWithBrowser, enter, expectNothingWrong, phone, visit } from "./browser.ts";
import { openGateway } from "./open-gateway.ts";
import { runShop } from "./shop.ts";

const colours =
  "\u001B[31mred\u001B[0m \u001B[32mgreen\u001B[0m \u001B[33myellow\u001B[0m \u001B[34mblue\u001B[0m \u001B[2mdim\u001B[0m";

describeWithBrowser("the roles", () => {
  for (const colorScheme of ["light", "dark"] as const)
    test(`run a command with arguments, and show its colours readably in the ${colorScheme} theme`, async () => {
      await using gateway = await openGateway();
      const { shells } = gateway.project;
      shells.answers.set("review", () => ({
        exitCode: 3,
        output: `${colours}\n<b>no html</b>\n`,
        cut: true,
      }));
      await using visitor = await visit({ colorScheme });
      const { page } = visitor;
      await enter(visitor, await gateway.link());
      await page.getByRole("link", { name: "Roles" }).click();
      await page.getByRole("link", { name: /^Developer/ }).click();
      await page.getByRole("button", { name: /^review/ }).click();
      expect(await page.getByRole("button", { name: "Run", exact: true }).isDisabled()).toBe(true);
      await page.getByLabel("ticket").fill("T-0001 $(id)");
      await page.getByLabel("ticket").press("Enter");
      await page.getByText("Exit code 3").waitFor();
      const output = page.getByRole("region", { name: "Output of review" });
      expect(await output.textContent()).toBe("red green yellow blue dim\n<b>no html</b>");
      expect(shells.asked).toMatchObject([{ role: "developer", command: "review", args: ["T-0001 $(id)"] }]);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
      expectNothingWrong(visitor);
    });

  test("ask once more before they change something, with the keyboard alone", async () => {
    await using gateway = await openGateway();
    const { shells } = gateway.project;
    await using visitor = await visit({ viewport: phone });
    const { page } = visitor;
    await enter(visitor, await gateway.link());
    await page.goto(`${gateway.url}/roles/monitor`);
    await page.getByRole("button", { name: /^deploy/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Run", exact: true }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.type("web");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Run deploy as Monitor?" });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(shells.asked).toEqual([]);
    await page.getByRole("button", { name: "Run", exact: true }).press("Enter");
    await dialog.getByRole("button", { name: "Run it" }).press("Enter");
    await page.getByText("Exit code 0").waitFor();
    expect(shells.asked).toMatchObject([{ command: "deploy", args: ["web"] }]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(phone.width);
    expectNothingWrong(visitor);
  });

  test("say on every page how they run, and why not in containers", async () => {
    await using gateway = await openGateway();
    const { facts } = gateway.project;
    facts.runtimeWarning = { code: "runtime_fell_back", params: { reason: "no engine answers" } };
    await using visitor = await visit();
    const { page } = visitor;
    await enter(visitor, await gateway.link());
    for (const place of ["/", "/stacks", "/tickets", "/tickets/new", "/roles", "/feed"]) {
      await page.goto(`${gateway.url}${place}`);
      const banner = page.getByRole("complementary", { name: "How the crew runs" });
      await banner.getByText("no engine answers").waitFor();
      expect(await banner.getByRole("button").count()).toBe(0);
    }
    delete facts.runtimeWarning;
    await page.reload();
    await page.getByText("The broker keeps the roles apart; the operating system does not.").waitFor();
    await page.getByRole("button", { name: "Hide" }).click();
    await page.getByRole("button", { name: "The crew runs as processes of your user." }).click();
    await page.getByText("The broker keeps the roles apart; the operating system does not.").waitFor();
    Object.assign(facts, { runtime: "docker", sshPorts: { manager: 2_202 } });
    await page.goto(`${gateway.url}/roles/manager`);
    await page.getByText(/ssh -p 2202 /).waitFor();
    expectNothingWrong(visitor);
  });

  test("are there in a real installation, and do what they are asked", async () => {
    await using shop = await runShop();
    await using visitor = await visit();
    const { page } = visitor;
    await enter(visitor, await shop.link());
    await page.goto(new URL("/roles/manager", page.url()).href);
    await page.getByRole("link", { name: /^Manager.*ready/ }).waitFor();
    await page.getByRole("button", { name: /^ticket-create/ }).click();
    await page.getByLabel("title").fill("Made on the page");
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByText("Exit code 0").waitFor();
    const places = page.getByRole("navigation", { name: "Places" });
    await places.getByRole("link", { name: "Tickets" }).click();
    await page.getByText("Made on the page").waitFor();
    await places.getByRole("link", { name: "Roles" }).click();
    await page.getByRole("link", { name: /^Monitor/ }).click();
    await page.getByRole("button", { name: /^service-status/ }).click();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByText("Exit code 0").waitFor({ timeout: 60_000 });
    expectNothingWrong(visitor);
  }, 180_000);
});
