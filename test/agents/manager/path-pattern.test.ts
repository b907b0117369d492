import { expect, test } from "vitest";
import { fitsPattern } from "../../../agents/manager/path-pattern.ts";

test.each([
  [".env", ".env", "a/.env", ".ENV", "a/b/.env"],
  ["secrets/", "secrets/a", "secrets/.a/b", "x/secrets/a"],
  ["/dockfra.yaml", "dockfra.yaml", "Dockfra.Yaml"],
  ["infra/*.tf", "infra/a.tf", "infra/.tf"],
  ["**/*.key", "a.key", ".x/y.key", "a/b/.key"],
  ["*.key", "a.key", "x/a.key"],
  ["docs/**/old", "docs/old", "docs/a/.b/old", "docs/old/file"],
  ["docs/**", "docs/a", "docs/.a/b"],
  ["./infra", "infra", "infra/x"],
  ["a?c", "abc", "x/a.c"],
  ["[id].tsx", "[id].tsx", "pages/[id].tsx"],
])("%s fits %s and its like", (pattern, ...paths) => {
  for (const path of paths) expect([path, fitsPattern(path, pattern)]).toEqual([path, true]);
});

test.each([
  [".env", ".env.example", "a.env", "env"],
  ["/dockfra.yaml", "x/dockfra.yaml", "dockfra.yamlx"],
  ["infra/*.tf", "x/infra/a.tf", "infra/a/b.tf", "infra/a.tfx"],
  ["docs/**", "docs", "xdocs/a"],
  ["secrets/", "secretsx/a", "my-secrets/a"],
  ["a?c", "a/c", "ac"],
])("%s does not fit %s and its like", (pattern, ...paths) => {
  for (const path of paths) expect([path, fitsPattern(path, pattern)]).toEqual([path, false]);
});
