import { afterEach, expect, test, vi } from "vitest";
import { ApiError, callApi } from "../../../gateway/ui/src/live/api.ts";

afterEach(() => vi.unstubAllGlobals());

/** A network that drops so many requests before it carries one. */
function drop(count: number, answer: () => Response = () => Response.json({ ok: true })) {
  let asked = 0;
  vi.stubGlobal("fetch", () => {
    asked += 1;
    return asked <= count ? Promise.reject(new TypeError("Failed to fetch")) : Promise.resolve(answer());
  });
  return () => asked;
}

test("what only reads is asked again when the network drops it", async () => {
  const asked = drop(2);
  expect(await callApi("/session")).toEqual({ ok: true });
  expect(asked()).toBe(3);
});

test("an answer that the network cuts in the midst is read again, and one that changed something is not", async () => {
  let asked = 0;
  const cut = () => {
    asked += 1;
    if (asked % 2 === 0) return Promise.resolve(Response.json({ ok: true }));
    const body = new ReadableStream({ pull: (stream) => stream.error(new TypeError("network error")) });
    return Promise.resolve(new Response(body));
  };
  vi.stubGlobal("fetch", cut);
  expect(await callApi("/session")).toEqual({ ok: true });
  expect(asked).toBe(2);
  await expect(callApi("/tickets", { body: {} })).rejects.toMatchObject({ status: 0 });
  expect(asked).toBe(3);
});

test("what changes something is asked once", async () => {
  const asked = drop(1);
  await expect(callApi("/tickets", { body: {} })).rejects.toMatchObject({ status: 0 });
  expect(asked()).toBe(1);
});

test("a gateway that is gone is told after three times", async () => {
  const asked = drop(9);
  await expect(callApi("/session")).rejects.toMatchObject({ status: 0 });
  expect(asked()).toBe(3);
});

test("a refusal carries its error, and garbage is only a status", async () => {
  const error = { kind: "conflict", code: "not_now", message: "Not now.", retryable: false, params: {} };
  drop(0, () => Response.json({ ok: false, error }, { status: 409 }));
  await expect(callApi("/tickets")).rejects.toMatchObject({ status: 409, info: error, message: "Not now." });
  drop(0, () => new Response("<html>", { status: 502 }));
  await expect(callApi("/tickets")).rejects.toEqual(new ApiError(502));
});
