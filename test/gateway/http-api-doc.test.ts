import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDoor } from "./support/door.ts";

const page = join(import.meta.dirname, "../../docs/http-api.md");

interface Example {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
}

function parseExample(text: string): Example {
  const [request = "", response = ""] = text.trim().split("\n\n");
  const [first = "", ...body] = request.split("\n");
  const [method = "", url = ""] = first.split(" ");
  const [status = "", ...answer] = response.split("\n");
  return {
    method: method as "GET",
    url,
    body: body.length === 0 ? undefined : JSON.parse(body.join("\n")),
    status: Number(status),
    answer: JSON.parse(answer.join("\n")),
  };
}

/** An ellipsis stands for anything, a list for its beginning. */
function toExpected(value: unknown): unknown {
  if (value === "…") return expect.anything();
  if (Array.isArray(value)) return value.length === 0 ? [] : expect.arrayContaining(value.map(toExpected));
  if (typeof value !== "object" || value === null) return value;
  return expect.objectContaining(
    Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toExpected(one)])),
  );
}

test("every example of docs/http-api.md is what the gateway answers", async () => {
  await using gateway = await openDoor();
  const text = await readFile(page, "utf8");
  const examples = [...text.matchAll(/```http\n([\s\S]*?)```/g)].map((match) => parseExample(match[1] ?? ""));
  expect(examples.length).toBeGreaterThan(5);
  for (const { method, url, body, status, answer } of examples) {
    const answered = await gateway.ask(method, url, body);
    expect({ url, status: answered.status, body: answered.body }).toEqual({
      url,
      status,
      body: toExpected(answer),
    });
  }
});

test("docs/http-api.md names every call", async () => {
  await using gateway = await openDoor();
  const text = await readFile(page, "utf8");
  const { body } = await gateway.ask<{ paths: Record<string, unknown> }>("GET", "/api/v1/openapi.json");
  for (const path of Object.keys(body.paths)) {
    const [name = ""] = path.replace("/api/v1/", "").split("/");
    expect(text).toContain(`/${name}`);
  }
});
