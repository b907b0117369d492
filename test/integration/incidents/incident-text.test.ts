import { expect, test } from "vitest";
import { writeReport } from "../../../agents/monitor/incidents/incident-text.ts";
import { readProjectAtRoot } from "../../../agents/monitor/stack-service/project-reading.ts";
import type { DeployView } from "../../../bus/messages/deploy.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { makePreviewHouse } from "../previews/preview-house.ts";

describeWithEngine("an incident's report", () => {
  test("names the last release, its ticket, and the files of it that the log speaks of", async () => {
    await using house = await makePreviewHouse(() => ({
      "compose.yml": "services: {web: {image: busybox}}\n",
      "src/cart.js": "1\n",
    }));
    const { user, parts, tag, docker } = house;
    const before = await user.git("rev-parse", "HEAD");
    const now = await house.branch("T-0007", { "src/cart.js": "2\n", "src/other.js": "2\n" });
    await user.write({ "dockfra/.env": "WEB_SECRET=correct-horse-battery\n" });
    const container = `${tag}-web-1`;
    const said = "echo 'TypeError: correct-horse-battery'; echo '    at total (/app/src/cart.js:3:7)' >&2";
    await docker("run", "--name", container, "busybox", "sh", "-c", said);
    const release = { stack: "shop", url: "http://127.0.0.1:1" };
    const current = { ...release, id: "T-0007.5", commit: now, ticket: "T-0007", atMs: 2_000 };
    const lane: DeployView = {
      ...{ stack: "shop", state: "idle", version: 1, queue: [], current },
      releases: [{ ...release, id: "initial", commit: before, atMs: 1_000 }, current],
    };

    const report = await writeReport(
      { stack: "shop", service: "web", code: "crash_loop", atMs: 3_000, container, what: "exit 3", times: 4 },
      {
        ...{ services: parts.services, lanes: [lane], quietMs: 5_000 },
        reading: await readProjectAtRoot(user.dir, user.stateDir),
      },
    );

    expect(report).toMatchObject({
      ...{ key: "shop-web-crash_loop", stack: "shop", service: "web", code: "crash_loop", quietMs: 5_000 },
      ...{
        title: "web of shop ends again and again (exit 3)",
        release: "T-0007.5",
        suspectCommit: now,
        suspectTicket: "T-0007",
      },
    });
    const { head } = report.text;
    expect(head).toContain("the log names: src/cart.js.");
    expect(head).toContain("at total (/app/src/cart.js:3:7)");
    expect(head).not.toContain("correct-horse");
  });
});
