import { expect, test } from "vitest";
import { namesFile } from "../../../../agents/monitor/incidents/incident-text.ts";
import { keyOf } from "../../../../agents/monitor/incidents/symptom.ts";
import { IncidentKey } from "../../../../bus/messages/incident.ts";

test("the same symptom has the same key, and names that look alike have others", () => {
  expect(keyOf({ stack: "shop", service: "web", code: "crash_loop" })).toBe("shop-web-crash_loop");
  expect(keyOf({ stack: "shop", code: "check_fails" })).toBe("shop-check_fails");
  const odd = ["Web", "wEb", "web.1", "web_1", "__proto__", "x".repeat(200), `${"x".repeat(199)}y`, "żółw"];
  const keys = odd.map((service) => keyOf({ stack: "shop", service, code: "crash_loop" }));
  expect(new Set(keys).size).toBe(odd.length);
  for (const key of keys) expect(IncidentKey.safeParse(key).success).toBe(true);
});

test("a log names a file by its path or the end of it, and not by a word of it", () => {
  const log = "TypeError: x\n    at total (/app/src/cart.js:12:3)\n";
  expect(namesFile(log, "shop/src/cart.js")).toBe(true);
  expect(namesFile(log, "src/art.js")).toBe(false);
  expect(namesFile(log, "app")).toBe(false);
  expect(namesFile('File "/srv/api/main.py", line 3', "api/main.py")).toBe(true);
});
