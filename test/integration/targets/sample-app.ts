import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Behaviour } from "./target-contract.ts";

/** The source of a small app that behaves as told; it listens on PORT. */
export function appSource(name: string, behaviour: Behaviour): string {
  return `
const { createServer } = require("node:http");
console.log("started ${name}", process.pid);
if (${behaviour === "crashing"}) { console.error("cannot go on"); process.exit(3); }
const page = "version ${name}";
const server = createServer((request, response) => {
  if (request.url === "/health") {
    if (${behaviour === "hanging"}) return;
    response.writeHead(${behaviour === "unhealthy" ? 500 : 200}).end("ok");
  } else if (request.url === "/env") response.end(JSON.stringify(process.env));
  else if (request.url === "/pid") response.end(String(process.pid));
  else if (request.url === "/crash") process.exit(9);
  else if (request.url === "/slow") setTimeout(() => response.end(page), 150);
  else if (request.url === "/echo") {
    let size = 0;
    request.on("data", (chunk) => (size += chunk.length)).on("end", () => response.end(size === 20000 ? page : "lost bytes"));
  } else if (request.url === "/log") { for (let i = 0; i < 2000; i++) console.log("line " + i + " " + "x".repeat(2000)); response.end(page); }
  else response.end(page);
});
server.on("upgrade", (request, socket) => {
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: echo\\r\\nConnection: Upgrade\\r\\n\\r\\n");
  socket.pipe(socket);
});
server.listen(Number(process.env.PORT), process.env.HOST ?? "127.0.0.1");
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;
}

/** Writes that app as `server.cjs`. */
export async function writeApp(dir: string, name: string, behaviour: Behaviour): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, "server.cjs"), appSource(name, behaviour));
}
