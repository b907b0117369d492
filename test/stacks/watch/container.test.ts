import { expect, test } from "vitest";
import { ownerOf, parseContainers, withoutPastTasks } from "../../../stacks/watch/container.ts";

const task = (service: string, slot: string, id: string) => ({
  "com.docker.stack.namespace": "shop",
  "com.docker.swarm.service.name": `shop_${service}`,
  "com.docker.swarm.task.name": `shop_${service}.${slot}.${id}`,
});
const compose = { "com.docker.compose.project": "built", "com.docker.compose.service": "image" };

test.each([
  [compose, { project: "built", service: "image" }],
  [task("web", "1", "a"), { project: "shop", service: "web" }],
  [
    { ...compose, ...task("web", "1", "a") },
    { project: "shop", service: "web" },
  ],
  [{ ...compose, "com.docker.compose.oneoff": "True" }, undefined],
  [{ ...task("web", "1", "a"), "dockfra.prefix": "dockfra" }, undefined],
  [{ "com.docker.swarm.service.name": "alone" }, undefined],
  [{ "com.docker.compose.project": "", "com.docker.compose.service": "" }, undefined],
  [{}, undefined],
])("the labels %j tell whose a container is", (labels, owner) => {
  expect(ownerOf(labels)).toEqual(owner);
});

test("of each place of a swarm's service the newest task is there, whatever Compose has", () => {
  const all = [task("web", "1", "c"), compose, task("web", "2", "b"), task("web", "1", "a"), compose];
  expect(withoutPastTasks(all, (labels) => labels)).toEqual(all.filter((_, index) => index !== 3));
});

test("a list of containers has each service's own", () => {
  const row = (Id: string, Labels: object, State: string) => ({
    ...{ Id, Names: [`/${Id}`], Image: "web", ImageID: "sha256:1", State, Labels },
  });
  const rows = [row("b", task("web", "1", "b"), "running"), row("a", task("web", "1", "a"), "exited")];
  expect(parseContainers(rows)).toMatchObject([
    { id: "b", project: "shop", service: "web", state: "running" },
  ]);
});

test.each([
  ["Up 5 minutes (healthy)", "healthy"],
  ["Up 2 seconds (health: starting)", "starting"],
  ["Up 3 hours (unhealthy)", "unhealthy"],
  ["Up 5 minutes (Paused)", undefined],
  ["Exited (0) 3 seconds ago", undefined],
  [undefined, undefined],
])("the status %j tells the health", (Status, health) => {
  const Labels = { "com.docker.compose.project": "shop", "com.docker.compose.service": "web" };
  const row = { Id: "a", Image: "web", ImageID: "sha256:1", State: "running", Labels, Status };
  expect(parseContainers([row])[0]?.health).toBe(health);
});
