import { describe, expect, it } from "vitest";
import { maskConfig } from "../../../stacks/releases/masked-config.ts";

const config = (password: string, more: object = {}): string =>
  JSON.stringify({
    services: {
      web: {
        image: "nginx",
        environment: { DB_PASSWORD: password, DB_URL: `postgres://u:${password}@db/x`, MODE: "on", ...more },
      },
    },
    configs: { plain: { content: "key = 1" } },
  });
const redact = (text: string): string =>
  text.replaceAll("s3cret-one", "[secret]").replaceAll("s3cret-two", "[secret]");

describe("a configuration for people", () => {
  it("has no secret, by name or by value", () => {
    const text = maskConfig(config("s3cret-one"), redact);
    expect(text).not.toContain("s3cret");
    expect(text).toContain('DB_PASSWORD: "***"');
    expect(text).toContain("DB_URL: postgres://u:[secret]@db/x");
    expect(text).toContain("MODE: on");
    expect(text).not.toContain("key = 1");
  });

  it("says that a secret changed, and not to what", () => {
    const text = maskConfig(config("s3cret-two"), redact, config("s3cret-one"));
    expect(text).toContain('DB_PASSWORD: "*** (changed)"');
    expect(text).not.toContain("s3cret");
  });

  it("has its keys in order, and long values on one line", () => {
    const text = maskConfig(config("x", { A: "y ".repeat(200) }), redact);
    expect(text.indexOf("configs:")).toBeLessThan(text.indexOf("services:"));
    expect(text.split("\n").some((line) => line.length > 400)).toBe(true);
  });
});
