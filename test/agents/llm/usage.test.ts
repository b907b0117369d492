import { describe, expect, test } from "vitest";
import { countUsage, estimatePrompt, estimateTokens } from "../../../agents/llm/usage.ts";

const estimate = { promptTokens: 1_000, completionTokens: 100 };
const price = { inputPerMillion: 1, outputPerMillion: 10 };

describe("usage", () => {
  test("takes what the endpoint says where it can be true", () => {
    expect(
      countUsage({ promptTokens: 900, completionTokens: 300, costUsd: 0.5 }, estimate, undefined),
    ).toEqual({
      promptTokens: 900,
      completionTokens: 300,
      costUsd: 0.5,
      estimated: false,
    });
  });

  test.each([
    ["missing", undefined],
    ["nothing at all", { promptTokens: 0, completionTokens: 0, costUsd: undefined }],
    ["negative", { promptTokens: -5, completionTokens: -1, costUsd: -1 }],
    ["no numbers", { promptTokens: Number.NaN, completionTokens: 0.5, costUsd: Number.POSITIVE_INFINITY }],
    ["beyond all measure", { promptTokens: 1e12, completionTokens: 1e12, costUsd: 1e9 }],
    ["too little", { promptTokens: 10, completionTokens: 1, costUsd: undefined }],
  ])("counts by itself where it is %s", (_, told) => {
    const used = countUsage(told, estimate, price);
    expect(used).toMatchObject({ ...estimate, estimated: true });
    expect(used.costUsd).toBeCloseTo(0.002);
  });

  test("the cost is unknown where neither says it", () => {
    expect(countUsage(undefined, estimate, undefined).costUsd).toBeUndefined();
  });

  test("a cost of nothing does not undercut the operator's price", () => {
    expect(
      countUsage({ promptTokens: 1_000, completionTokens: 100, costUsd: 0 }, estimate, price).costUsd,
    ).toBeCloseTo(0.0005);
  });

  test("estimates by bytes", () => {
    expect(estimateTokens("abcdefgh")).toBe(2);
    expect(estimateTokens("漢字")).toBe(2);
    expect(estimatePrompt([{ role: "user", content: "x".repeat(4_000) }], [])).toBeGreaterThan(1_000);
  });
});
