import { expect, test } from "vitest";
import { findOtherFiles } from "../../../../agents/monitor/stack-service/started-files.ts";
import type { EngineProject } from "../../../../stacks/engine-projects/list.ts";

const place = {
  ...{ stack: "shop", project: "shop", dir: "/r/shop", files: ["/r/shop/compose.yml"] },
  ...{ envFiles: [], profiles: [], values: {} },
};
const container = {
  name: "shop-web-1",
  service: "web",
  state: "running",
  status: "Up",
  image: "x",
  ports: [],
};

function runs(files: readonly string[], state = "running"): EngineProject {
  return { name: "shop", dir: "/r/shop", files, isOwn: false, containers: [{ ...container, state }] };
}

test.each<[string, EngineProject, string | undefined]>([
  ["the same files", runs(["/r/shop/compose.yml"]), undefined],
  ["other files", runs(["/r/shop/a.yml", "/r/shop/b.yml"]), "a.yml, b.yml"],
  ["one more file", runs(["/r/shop/compose.yml", "/r/more.yml"]), "compose.yml, ../more.yml"],
  ["a release of ours", runs(["/r/dockfra/targets/shop/1.sealed.json"]), undefined],
  ["nothing now", runs(["/r/shop/a.yml"], "exited"), undefined],
  ["no label says it", runs([]), undefined],
])("%s", (_, project, running) => {
  const found = findOtherFiles([place], [project], "/r/dockfra");
  expect(found.map(({ params }) => params)).toEqual(
    running === undefined ? [] : [{ stack: "shop", running, chosen: "compose.yml" }],
  );
});
