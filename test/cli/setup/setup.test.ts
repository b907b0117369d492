import { createServer } from "node:http";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { setupAll } from "../../../cli/setup/all.ts";
import { setupDevTools } from "../../../cli/setup/dev-tools.ts";
import { setupGithub } from "../../../cli/setup/github.ts";
import { setupLlm } from "../../../cli/setup/llm.ts";
import { createScreen } from "../../../terminal/screen.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

function invoke<O extends object>(scratch: Scratch, options: O) {
  const answers: unknown[] = [];
  const screen = createScreen({
    json: true,
    out: { write: (text: string) => answers.push(JSON.parse(text)) },
    err: { write: () => true },
  });
  const signal = new AbortController().signal;
  return { answers, invocation: { options: { ...options, root: scratch.dir }, screen, signal } };
}

async function startModel(status: number, body: object) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.url ?? ""} ${request.headers.authorization ?? ""}`);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { seen, url: `http://127.0.0.1:${port}/v1`, [Symbol.asyncDispose]: async () => void server.close() };
}

test("a model's key is kept and tried", async () => {
  await using scratch = await makeScratch();
  await using model = await startModel(200, { model: "small", choices: [] });
  const { invocation, answers } = invoke(scratch, { key: "k-1", baseUrl: model.url, model: "m" });
  await setupLlm(invocation);
  expect(answers).toEqual([expect.objectContaining({ ok: true, model: "small" })]);
  expect(model.seen).toEqual(["/v1/chat/completions Bearer k-1"]);
  const env = await readFile(scratch.path("dockfra/.env"), "utf8");
  expect(env).toContain("OPENROUTER_API_KEY=k-1\n");
  expect((await stat(scratch.path("dockfra/.env"))).mode & 0o777).toBe(0o600);
});

test("a model that refuses is said with its words, and the key stays", async () => {
  await using scratch = await makeScratch();
  await using model = await startModel(401, { error: "no such key" });
  const { invocation } = invoke(scratch, { key: "k-2", baseUrl: model.url });
  await expect(setupLlm(invocation)).rejects.toMatchObject({
    code: "llm_no_answer",
    params: { why: expect.stringContaining("401") },
  });
  expect(await readFile(scratch.path("dockfra/.env"), "utf8")).toContain("k-2");
});

test("without a key or an address there is nothing to try", async () => {
  await using scratch = await makeScratch();
  await expect(setupLlm(invoke(scratch, {}).invocation)).rejects.toMatchObject({ code: "llm_key_missing" });
});

test("a repository gets a deploy key, made once, and its token is kept", async () => {
  await using scratch = await makeScratch();
  const first = invoke(scratch, { repo: "acme/shop", token: "t-1" });
  await setupGithub(first.invocation);
  const second = invoke(scratch, { repo: "acme/shop" });
  await setupGithub(second.invocation);
  expect(first.answers).toEqual([
    {
      ok: true,
      repo: "acme/shop",
      tokenSet: true,
      publicKey: expect.stringMatching(/^ssh-ed25519 \S+ dockfra:deploy-github$/),
      addKeyAt: "https://github.com/acme/shop/settings/keys/new",
    },
  ]);
  expect(second.answers).toEqual([{ ...(first.answers[0] as object), tokenSet: false }]);
  expect(await readFile(scratch.path("dockfra/.env"), "utf8")).toContain("GITHUB_TOKEN=t-1");
  expect((await stat(scratch.path("dockfra/ssh/deploy-github"))).mode & 0o777).toBe(0o600);
});

test.each(["", "shop", "../etc/passwd", "a/b c", "-x/y"])("%j names no repository", async (repo) => {
  await using scratch = await makeScratch();
  await expect(setupGithub(invoke(scratch, { repo }).invocation)).rejects.toMatchObject({
    code: "github_repo_invalid",
  });
});

test("tools are looked for, and what is not there is said as that", async () => {
  await using scratch = await makeScratch();
  const { invocation, answers } = invoke(scratch, {});
  await setupDevTools(invocation);
  const [{ tools }] = answers as [{ tools: { name: string; found: boolean }[] }];
  expect(tools.find(({ name }) => name === "git")).toMatchObject({ found: true });
});

test("all is asked even where one lacks something", async () => {
  await using scratch = await makeScratch();
  const { invocation, answers } = invoke(scratch, { repo: "acme/shop" });
  expect(await setupAll(invocation)).toBe(2);
  expect(answers).toHaveLength(2);
});
