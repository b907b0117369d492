import { expect, test } from "vitest";
import { z } from "zod";
import { namedParts } from "../../../stacks/discover/named-parts.ts";

const parts = namedParts(z.looseObject({ image: z.string().default("none") }));
const parse = (json: string) => parts.safeParse(JSON.parse(json));

test("a part of any name is kept, and none is there that nobody wrote", () => {
  const read = parse('{"__proto__": {"image": "a"}, "constructor": {}, "-v": {"image": "b"}}').data!;
  expect(Object.entries(read)).toEqual([
    ["__proto__", { image: "a" }],
    ["constructor", { image: "none" }],
    ["-v", { image: "b" }],
  ]);
  expect(read["__proto__"]).toEqual({ image: "a" });
  expect(read["toString"]).toBeUndefined();
  expect(({} as Record<string, unknown>)["image"]).toBeUndefined();
});

test("what is no map, or holds what is no part, says where", () => {
  for (const text of ["[]", "null", '"x"']) expect(parse(text).success).toBe(false);
  expect(parse('{"web": {"image": 3}}').error?.issues[0]?.path).toEqual(["web", "image"]);
});
