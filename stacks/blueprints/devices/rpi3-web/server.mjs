// Serves the release that the link /srv/app/current points to.
//
//   /health      200 with {"status":"ok","release":…} while there is one, otherwise 503
//   /api/status  the same with its commit, since when it runs, and how many requests it had
//   all else     the release's files, from its folder public/ or dist/ where that has an index.html
//
// The link is read at each request: a switch needs no restart, and a request sees one release from begin to end.
import { appendFileSync, createReadStream, lstatSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, sep } from "node:path";

const disk = process.env.APP_DIR ?? "/srv/app";
const port = Number(process.env.PORT ?? 8080);
const types = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript",
  ".json": "application/json",
  ".md": "text/plain; charset=utf-8",
  ".mjs": "text/javascript",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webp": "image/webp",
};
const maxLogBytes = 1_000_000;
let serving = { name: undefined, requests: 0 };

const attempt = (read) => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** The release of now, or undefined where the link is missing or leads nowhere. */
function findRelease() {
  const link = join(disk, "current");
  const to = attempt(() => readlinkSync(link));
  const name = /^releases\/([A-Za-z0-9_.-]+)$/.exec(to ?? "")?.[1];
  if (name === undefined) return undefined;
  const dir = join(disk, "releases", name);
  const manifest = attempt(() => JSON.parse(readFileSync(join(dir, ".dockfra-release.json"), "utf8")));
  if (manifest === undefined) return undefined;
  const since = attempt(() => lstatSync(link).mtime.toISOString());
  if (serving.name !== name) {
    serving = { name, requests: 0 };
    log(name, `started ${manifest.release}`);
  }
  serving.requests++;
  const folders = ["public", "dist"].map((folder) => join(dir, folder));
  const pages = folders.find((folder) => isFile(join(folder, "index.html"))) ?? dir;
  return { name, dir: pages, release: manifest.release, commit: manifest.commit, stack: manifest.stack, since };
}

function isFile(path) {
  return attempt(() => statSync(path).isFile()) ?? false;
}

function log(name, line) {
  const file = join(disk, "log", `${name}.log`);
  if ((attempt(() => statSync(file).size) ?? 0) < maxLogBytes)
    attempt(() => appendFileSync(file, `${new Date().toISOString()} ${line}\n`));
}

function answer(response, status, type, body) {
  response.writeHead(status, { "content-type": type, "x-content-type-options": "nosniff", "cache-control": "no-cache" });
  response.end(body);
}

const json = (response, status, value) =>
  answer(response, status, "application/json", `${JSON.stringify(value)}\n`);

function serveFile(request, response, release, path) {
  const wanted = join(release.dir, path.endsWith("/") ? `${path}index.html` : path);
  const hidden = path.split("/").some((part) => part.startsWith("."));
  if (hidden || !wanted.startsWith(release.dir + sep) || !isFile(wanted))
    return answer(response, 404, "text/plain", "There is no such page in this release.\n");
  response.writeHead(200, {
    "content-type": types[extname(wanted).toLowerCase()] ?? "application/octet-stream",
    "content-length": statSync(wanted).size,
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
    "x-release": release.release,
  });
  if (request.method === "HEAD") return response.end();
  createReadStream(wanted).on("error", () => response.destroy()).pipe(response);
}

function serve(request, response) {
  const path = attempt(() => decodeURIComponent(new URL(request.url, "http://device").pathname));
  if (path === undefined || path.includes("\0")) return answer(response, 400, "text/plain", "No such address.\n");
  if (request.method !== "GET" && request.method !== "HEAD")
    return answer(response, 405, "text/plain", "Only GET.\n");
  const found = findRelease();
  if (path === "/health") {
    if (!found) return json(response, 503, { status: "stopped" });
    return json(response, 200, { status: "ok", release: found.release, since: found.since });
  }
  if (path === "/api/status") {
    const { release, commit, stack, since } = found ?? {};
    const running = found !== undefined;
    return json(response, 200, { device: "rpi3", running, stack, release, commit, since, requests: running ? serving.requests : 0 });
  }
  if (!found) return answer(response, 503, "text/plain", "Nothing is deployed here. Run: dockfra deploy rpi3\n");
  return serveFile(request, response, found, path);
}

const server = createServer((request, response) => {
  try {
    serve(request, response);
  } catch (error) {
    process.stderr.write(`${request.url}: ${error}\n`);
    if (!response.headersSent) answer(response, 500, "text/plain", "That failed.\n");
    else response.destroy();
  }
});
server.listen(port, process.env.HOST ?? "0.0.0.0");
for (const signal of ["SIGTERM", "SIGINT"])
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => process.exit(0), 2_000).unref();
  });
