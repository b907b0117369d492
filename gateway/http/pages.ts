import { stat } from "node:fs/promises";
import { join } from "node:path";
import files from "@fastify/static";
import type { FastifyInstance, FastifyReply } from "fastify";

/** Paths of the page's own router; all of them are the same shell, which is public. */
const pagePaths = [
  "/",
  "/dashboard",
  "/tickets",
  "/tickets/*",
  "/stacks",
  "/stacks/*",
  "/settings",
  "/feed",
  "/setup",
] as const;

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Dockfra</title>
<h1>The page is not built yet</h1><p>Run <code>make setup</code>, then load this again. The API answers already.</p></html>`;

/** Serves the built page; before it is built, a page that says how to. */
export async function servePages(app: FastifyInstance, dir: string): Promise<void> {
  const config = { isPublic: true };
  await app.register(files, { root: dir, serve: false, index: false });
  app.get("/assets/*", { config }, (request, reply) => {
    const name = (request.params as { "*": string })["*"];
    // a built file's name holds its hash
    return reply
      .header("cache-control", "public, max-age=31536000, immutable")
      .sendFile(`assets/${name}`, { cacheControl: false });
  });
  for (const name of ["favicon.ico", "favicon.svg", "robots.txt", "manifest.webmanifest"])
    app.get(`/${name}`, { config }, (_request, reply) => reply.sendFile(name));
  for (const path of pagePaths) app.get(path, { config }, (_request, reply) => sendShell(reply));

  async function sendShell(reply: FastifyReply): Promise<FastifyReply> {
    reply.header("cache-control", "no-cache");
    if (await isFile(join(dir, "index.html"))) return reply.sendFile("index.html", { cacheControl: false });
    return reply.code(503).type("text/html; charset=utf-8").send(notBuilt);
  }
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
