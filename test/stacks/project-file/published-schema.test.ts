import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectFileSchema } from "../../../stacks/project-file/published-schema.ts";

const published = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../docs/dockfra.schema.json"), "utf8"),
) as Record<string, unknown>;

test("the published schema is what the reader takes; node bin/dockfra schema > docs/dockfra.schema.json renews it", () => {
  expect(published).toEqual(JSON.parse(JSON.stringify(projectFileSchema())));
});

test("an editor is told of every key what it is for", () => {
  const properties = published["properties"] as Record<string, { description?: string }>;
  const silent = Object.entries(properties).filter(([, { description }]) => !description);
  expect(silent.map(([key]) => key)).toEqual([]);
});
