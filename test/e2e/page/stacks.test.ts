import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { ErrorInfo } from "../../../bus/kernel/errors.ts";
import type { Finding } from "../../../bus/messages/stack-service.ts";
import { at, finish } from "../../gateway/support/scripted-monitor.ts";
import {
  describeWithBrowser,
  enter,
  expectNothingWrong,
  phone,
  visit,
  type VisitOptions,
} from "./browser.ts";
import { openGateway } from "./open-gateway.ts";
import { tellOfShop } from "./stacks-script.ts";

const shots = process.env["DOCKFRA_SHOTS"];

async function keep(page: Page, name: string): Promise<void> {
  if (shots !== undefined) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
}

const looks: readonly (VisitOptions & { name: string })[] = [
  { name: "light", colorScheme: "light" },
  { name: "dark", colorScheme: "dark" },
  { name: "phone", viewport: phone },
];

describeWithBrowser("stacks", () => {
  for (const { name: look, ...options } of looks)
    test(`are shown with all there is of them, in ${look}`, async () => {
      await using gateway = await openGateway();
      tellOfShop(gateway.project.monitor);
      await using visitor = await visit(options);
      const { page } = visitor;
      await enter(visitor, await gateway.link());
      await page.goto(`${gateway.url}/stacks`);
      const web = page.getByRole("article", { name: "web" });
      await web.getByText("failing").waitFor();
      await page.getByRole("article", { name: "blog" }).getByText("running elsewhere").waitFor();
      await page.getByRole("link", { name: "http://127.0.0.1:31002" }).waitFor();
      await page.getByText("answers as the release r-2").waitFor();
      await expectAccessible(page);
      await keep(page, `${look}-list`);
      await web.getByRole("link", { name: "web", exact: true }).click();
      await page.getByText("7 restarts").waitFor();
      await page.getByRole("img", { name: /^CPU of web/ }).waitFor();
      await expectAccessible(page);
      await keep(page, `${look}-services`);
      await page.getByRole("tab", { name: "Logs" }).click();
      await page.getByText("12 lines lost").waitFor();
      await page.getByText("<b>relation</b> jobs does not exist").waitFor();
      await expectAccessible(page);
      await keep(page, `${look}-logs`);
      await page.getByRole("tab", { name: "Diagnosis" }).click();
      await page.getByText('relation "jobs" does not exist').waitFor();
      await page.getByRole("button", { name: "Ask a model too" }).click();
      await page.getByText("Run the migration").waitFor();
      await expectAccessible(page);
      await keep(page, `${look}-diagnosis`);
      await page.getByRole("tab", { name: "Releases" }).click();
      await page.getByText("What it changed").first().click();
      await page.getByText("nginx:1.26").waitFor();
      await expectAccessible(page);
      await keep(page, `${look}-releases`);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(
        options.viewport?.width ?? 1280,
      );
      expectNothingWrong(visitor);
    }, 60_000);

  test("are launched with what is in the way told first, followed live, and cancelled", async () => {
    await using gateway = await openGateway();
    const { monitor } = gateway.project;
    tellOfShop(monitor);
    const danger = { severity: "warning", params: {}, stack: "web", hash: "h1" } as const;
    const portTaken: Finding = {
      ...{ code: "port_in_use", severity: "error", message: "Port 18099 is taken.", stack: "web" },
      params: { port: 18_099, service: "web", stack: "web", holder: "nginx (pid 812)" },
      fixes: [{ id: "p", code: "fix_restart", params: { service: "web" }, safe: true, undoable: true }],
    };
    const inTheWay: ErrorInfo = {
      ...{ kind: "conflict", code: "launch_in_the_way", message: "", retryable: false },
      params: { stacks: "web", count: 1 },
    };
    monitor.findings.push(portTaken, {
      ...danger,
      code: "no_such_sentence",
      message: "web mounts the engine's socket",
    });
    await using visitor = await visit();
    const { page } = visitor;
    await enter(visitor, await gateway.link());
    await page.goto(`${gateway.url}/stacks`);
    await page.getByRole("button", { name: "Launch web" }).click();
    const dialog = page.getByRole("dialog", { name: "Launch web" });
    await dialog.getByText("2 things stand in the way").waitFor();
    await dialog.getByText("nginx (pid 812)").waitFor();
    const go = dialog.getByRole("button", { name: "Launch", exact: true });
    expect(await go.isDisabled()).toBe(true);
    await expectAccessible(page);
    await keep(page, "launch-dialog");
    monitor.findings.shift();
    await dialog.getByRole("button", { name: "Look again" }).click();
    await dialog.getByText("1 thing stands in the way").waitFor();
    expect(await go.isDisabled()).toBe(true);
    await dialog.getByLabel("I accept this").check();
    monitor.onJob = (job) => {
      job.services.push(
        at("web", "web", "pull", 0.4),
        at("web", "db", "healthy"),
        at("web", "worker", "build", 0.2),
      );
      job.log.push("#7 [2/4] RUN npm ci", "\u001B[32mdb Pulled\u001B[0m");
    };
    await go.click();
    await dialog.waitFor({ state: "detached" });
    expect(monitor.begun).toMatchObject([
      { by: "ada", action: { do: "launch", stacks: ["web"], environment: "local", approve: ["h1"] } },
    ]);
    const work = page.getByRole("region", { name: /^Launching web/ });
    await work.getByText("pulling").waitFor();
    await work.getByText("RUN npm ci").waitFor();
    const [job] = monitor.jobs.values();
    job?.services.splice(0, 1, at("web", "web", "start"));
    job?.log.push("web Started");
    await work.getByText("starting").waitFor();
    await work.getByText("web Started").waitFor();
    await expectAccessible(page);
    await keep(page, "job");
    await work.getByRole("button", { name: "Cancel: Launching web" }).click();
    await work.getByText("cancelled").waitFor();
    await work.getByRole("button", { name: "Hide" }).click();
    await work.waitFor({ state: "detached" });

    monitor.findings.length = 0;
    monitor.onJob = (blocked) => {
      Object.assign(blocked, { state: "failed", endedAtMs: Date.now(), error: inTheWay });
      blocked.findings = [portTaken];
    };
    await page.getByRole("button", { name: "Launch web" }).click();
    await dialog.getByText("Nothing stands in the way").waitFor();
    await go.click();
    await work.getByText("something is in the way of web").waitFor();
    await work.getByText("nginx (pid 812)").waitFor();
    await expectAccessible(page);
    monitor.onJob = (forced) => finish(forced);
    await work.getByRole("button", { name: "Launch all the same" }).click();
    await work.getByText("done", { exact: true }).waitFor();
    expect(monitor.begun.at(-1)?.action).toMatchObject({ do: "launch", stacks: ["web"], force: true });
    expectNothingWrong(visitor);
  }, 120_000);

  test("are mended: a safe fix at once, another after a second word, a release brought back", async () => {
    await using gateway = await openGateway();
    const { monitor } = gateway.project;
    tellOfShop(monitor);
    monitor.onJob = (job) => finish(job, { undo: "restart" });
    await using visitor = await visit();
    const { page } = visitor;
    await enter(visitor, await gateway.link());
    await page.goto(`${gateway.url}/stacks/web#diagnosis`);
    const actions = () => monitor.begun.map(({ action }) => action);
    const cause = page.getByRole("listitem").filter({ hasText: "may change data" });
    await cause.getByRole("button").first().click();
    await expect.poll(actions).toEqual([{ do: "fix", fix: "restart" }]);
    await page.getByRole("button", { name: "Undo it" }).first().click();
    await expect.poll(() => actions().at(-1)).toEqual({ do: "undo", fix: "restart" });
    await cause.getByRole("button").nth(1).click();
    const dialog = page.getByRole("dialog", { name: "Do this?" });
    await dialog.getByText("It can be undone.").waitFor();
    expect(actions()).toHaveLength(2);
    await dialog.getByRole("button", { name: "Do it" }).click();
    await expect.poll(() => actions().at(-1)).toEqual({ do: "fix", fix: "empty", approved: true });
    await page.getByRole("tab", { name: "Releases" }).click();
    await page.getByRole("button", { name: "Bring back" }).first().click();
    await page.getByRole("dialog").getByRole("button", { name: "Bring back" }).click();
    await expect.poll(() => actions().at(-1)).toEqual({ do: "rollback", stack: "web", release: "r-1" });
    await page.goto(`${gateway.url}/stacks`);
    await page.getByRole("button", { name: "Deploy to kiosk" }).click();
    await expect.poll(() => actions().at(-1)).toEqual({ do: "deploy", stack: "kiosk" });
    expectNothingWrong(visitor);
  }, 120_000);

  test("logs are searched, held and downloaded; suggestions say where they come from", async () => {
    await using gateway = await openGateway();
    const { monitor } = gateway.project;
    tellOfShop(monitor);
    await using visitor = await visit();
    const { page } = visitor;
    await enter(visitor, await gateway.link());
    await page.goto(`${gateway.url}/stacks/web#logs`);
    const log = page.getByRole("log", { name: "Log of web" });
    await log.getByText("/basket/39 200").waitFor();
    const line = (text: string) => ({ service: "web", atMs: Date.now(), level: "info" as const, text });
    monitor.log.push(line("came later"));
    await log.getByText("came later").waitFor();
    await page.getByLabel("Search").fill("basket/7");
    await log.getByText("/basket/39 200").waitFor({ state: "detached" });
    await log.getByText("/basket/7 200").waitFor();
    await page.getByLabel("Search").fill("");
    await log.getByText("/basket/39 200").waitFor();
    // a search that is taken back before its answer came doubles nothing
    await page.route(/search=basket%2F8/, () => new Promise(() => undefined));
    await page.getByLabel("Search").fill("basket/8");
    await log.getByText("/basket/39 200").waitFor({ state: "detached" });
    await page.getByLabel("Search").fill("");
    monitor.log.push(line("after the search"));
    await log.getByText("after the search").waitFor();
    expect(await log.getByText("/basket/39 200").count()).toBe(1);
    await page.getByRole("button", { name: "Hold" }).click();
    monitor.log.push(line("while held"));
    await page.waitForTimeout(300);
    expect(await log.getByText("while held").count()).toBe(0);
    await page.getByRole("button", { name: "Follow" }).click();
    await log.getByText("while held").waitFor();
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download" }).click();
    expect((await download).suggestedFilename()).toBe("web.log");
    await page.getByRole("tab", { name: "Values" }).click();
    await page.getByRole("button", { name: "Suggest a value for WEB_PORT" }).click();
    await page.getByRole("button", { name: /^18111/ }).click();
    await expect
      .poll(() => page.getByLabel("Value of WEB_PORT").inputValue(), { timeout: 10_000 })
      .toBe("18111");
    await page.getByRole("button", { name: "Suggest a value for DB_PASSWORD" }).click();
    const secret = page.getByRole("button", { name: /kept secret/ });
    // the suggestions for WEB_PORT, which are still there, have one too
    await expect.poll(() => secret.count(), { timeout: 10_000 }).toBe(2);
    await secret.first().click();
    await expect.poll(() => secret.count(), { timeout: 10_000 }).toBe(1);
    expect(await page.content()).not.toContain("very-random-secret");
    await keep(page, "values");
    expectNothingWrong(visitor);
  }, 120_000);

  test("a ticket with a change opens its preview, and has its address", async () => {
    await using gateway = await openGateway();
    const { monitor, house } = gateway.project;
    const { id } = await house.operator.ask("ticket.create", { title: "Look at me" });
    await house.until(id, "approving");
    const nowMs = Date.now();
    monitor.onJob = (job) => {
      monitor.previews.push({
        ...{ ticket: id, stack: "web", project: "web-look", state: "running", commit: "c".repeat(40) },
        ...{ url: "http://127.0.0.1:31009", urls: {}, sinceMs: nowMs, expiresAtMs: nowMs + 60_000 },
      });
      finish(job);
    };
    await using visitor = await visit();
    const { page } = visitor;
    await enter(visitor, await gateway.link());
    await page.goto(`${gateway.url}/tickets/${id}`);
    await page.getByRole("button", { name: "Open a preview" }).click();
    await page.getByRole("link", { name: "http://127.0.0.1:31009" }).waitFor();
    expect(monitor.begun).toMatchObject([{ action: { do: "preview-open", ticket: id }, by: "ada" }]);
    await expectAccessible(page);
    expectNothingWrong(visitor);
  }, 120_000);
});
