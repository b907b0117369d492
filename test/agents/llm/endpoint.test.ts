import { describe, expect, test } from "vitest";
import { parseEndpoint } from "../../../agents/llm/endpoint.ts";

describe("the endpoint", () => {
  test("is none without key and address: nobody is called by default", () => {
    expect(parseEndpoint({})).toBeUndefined();
    expect(parseEndpoint({ LLM_MODEL: "some/model", OPENROUTER_API_KEY: " " })).toBeUndefined();
  });

  test("a key alone goes to OpenRouter", () => {
    expect(parseEndpoint({ OPENROUTER_API_KEY: "sk-1" })).toEqual({
      baseUrl: "https://openrouter.ai/api/v1",
      apiKey: "sk-1",
      model: "openrouter/auto",
      tellsCost: true,
    });
  });

  test("an address alone is asked without a key", () => {
    const endpoint = parseEndpoint({ LLM_BASE_URL: "http://ollama:11434/v1/", LLM_MODEL: "qwen" });
    expect(endpoint).toEqual({
      baseUrl: "http://ollama:11434/v1",
      apiKey: undefined,
      model: "qwen",
      tellsCost: false,
    });
  });

  test.each([
    "http://127.0.0.1:1234/v1",
    "http://192.168.1.5/v1",
    "http://[::1]:80/v1",
    "http://llm.lan/v1",
    "http://model/v1",
  ])("a key may go to %s unencrypted", (address) =>
    expect(parseEndpoint({ OPENROUTER_API_KEY: "sk-1", LLM_BASE_URL: address })?.apiKey).toBe("sk-1"),
  );

  test.each([
    "http://example.com/v1",
    "http://8.8.8.8/v1",
    "http://127.0.0.1.example.com/v1",
    "http://[2001:db8::1]/v1",
  ])("a key goes not to %s", (address) => {
    expect(() => parseEndpoint({ OPENROUTER_API_KEY: "sk-1", LLM_BASE_URL: address })).toThrow(
      expect.objectContaining({ code: "llm_url_insecure" }),
    );
  });

  test.each([
    "nonsense",
    "ftp://host/v1",
    "https://user:pass@host/v1",
    "https://host/v1?key=1",
    "file:///etc/passwd",
  ])("%s is refused", (address) => {
    expect(() => parseEndpoint({ LLM_BASE_URL: address })).toThrow(
      expect.objectContaining({ code: "llm_url_invalid" }),
    );
  });

  test("a key that would break the header is refused, and not said", () => {
    expect(() => parseEndpoint({ OPENROUTER_API_KEY: "sk\n-x" })).toThrow(
      expect.objectContaining({ code: "llm_key_invalid" }),
    );
    expect(() => parseEndpoint({ OPENROUTER_API_KEY: "sk\n-x" })).not.toThrow(/sk/);
  });
});
