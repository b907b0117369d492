import { stat } from "node:fs/promises";
import { join } from "node:path";
import files from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { nothingAt } from "./errors.ts";

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Dockfra</title>
<h1>The page is not built yet</h1><p>Run <code>make setup</code>, then load this again. The API answers already.</p></html>`;

/** Serves the built page; before it is built, a page that says how to. */
export async function servePages(app: FastifyInstance, dir: string): Promise<void> {
  const config = { isPublic: true };
  await app.register(files, { root: dir, serve: false, index: false, preCompressed: true });
  app.get("/assets/*", { config, exposeHeadRoute: true }, (request, reply) => {
    const name = (request.params as { "*": string })["*"];
    // a built file's name holds its hash
    reply.header("cache-control", "public, max-age=31536000, immutable");
    return reply.sendFile(`assets/${name}`, { cacheControl: false });
  });
  // every other path is a file of the page, or one of its own router's, which is the same shell
  app.get("/*", { config, exposeHeadRoute: true }, async (request, reply) => {
    const [path = "/"] = request.url.split("?");
    if (/^\/(?:api|socket\.io)(?:\/|$)/.test(path)) throw nothingAt(path);
    reply.header("cache-control", "no-cache");
    if (/^\/[A-Za-z0-9_-]+\.[a-z]+$/.test(path))
      return reply.sendFile(path.slice(1), { cacheControl: false });
    if (await isFile(join(dir, "index.html"))) return reply.sendFile("index.html", { cacheControl: false });
    return reply.code(503).type("text/html; charset=utf-8").send(notBuilt);
  });
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
