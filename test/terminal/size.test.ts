import { expect, test } from "vitest";
import { formatBytes } from "../../terminal/size.ts";

test("an amount of bytes has the unit that suits it", () => {
  expect([0, 999, 1_400, 25_000_000_000].map(formatBytes)).toEqual(["0 B", "999 B", "1.4 kB", "25 GB"]);
});
