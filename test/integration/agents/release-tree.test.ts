import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  prepareRelease,
  readProjectAt,
  stackDirIn,
  type MonitorServices,
} from "../../../agents/monitor/services.ts";
import { commitTree, snapshotTree } from "../../../agents/git/commit.ts";
import { checkoutCommit } from "../../../agents/git/repositories.ts";
import { publish } from "../../../agents/git/ticket-branch.ts";
import type { Facts } from "../../../agents/runtime/project.ts";
import { createUserRepo } from "../../agents/user-repo.ts";

const signal = new AbortController().signal;

test("a repository below ROOT is laid out at its place, so that the paths of dockfra.yaml mean the same", async () => {
  await using user = await createUserRepo({
    "web/compose.yml": "services: {}\n",
    "dockfra.yaml": "lang: pl\n",
  });
  const { git, base, exchange } = await user.open();
  await checkoutCommit(git, base.commit);
  const commit = await commitTree(git, await snapshotTree(git, base.commit), [base.commit], "Same\n");
  await publish(
    { git, base, exchange, dir: git.workTree ?? "", repo: user.repo, signal },
    "dockfra/T-0001",
    commit,
  );

  const root = user.top;
  const facts: Facts = { root, runtime: "process", repos: [], stacks: [], checks: [], problems: [] };
  const services = { root, stateDir: user.stateDir, instance: "monitor-1" } as unknown as MonitorServices;
  const stack = { name: "web", dir: join(user.dir, "web"), files: [], deployable: true, repo: "project" };
  const wish = { stack, repo: user.repo, commit, releaseId: "r.1" };

  const release = await prepareRelease(services, wish, signal);

  expect(release).toEqual({
    stack: "web",
    commit,
    releaseId: "r.1",
    dir: join(user.stateDir, "releases/web", commit.slice(0, 12)),
  });
  expect(stackDirIn(services, release, user.repo, stack)).toBe(join(release.dir, "project/web"));
  expect(await readFile(join(release.dir, "project/web/compose.yml"), "utf8")).toBe("services: {}\n");
  expect(await prepareRelease(services, wish, signal)).toEqual(release);
  expect((await readProjectAt(services, facts, user.repo, commit)).lang).toBe("pl");
  const own = { ...facts, projectFile: "lang: de\n" };
  expect((await readProjectAt(services, own, user.repo, commit)).lang).toBe("de");
});
