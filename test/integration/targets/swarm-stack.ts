import { execa } from "execa";
import { makeComposeStack, nodeImage, webService, type ComposeStack } from "./compose-stack.ts";

const docker = (...args: string[]) => execa("docker", args, { stdin: "ignore", reject: false });

/** Makes the engine's swarm where there is none; what is given back leaves it again. */
export async function joinSwarm(): Promise<() => Promise<void>> {
  const { stdout } = await docker("info", "--format", "{{.Swarm.LocalNodeState}}");
  if (stdout.trim() === "active") return () => Promise.resolve();
  const made = await docker("swarm", "init", "--advertise-addr", "127.0.0.1");
  if (made.exitCode !== 0) throw new Error(made.stderr);
  return async () => {
    await docker("swarm", "leave", "--force");
  };
}

/** A stack for a swarm: `front` has the machine's port and `db` the data, which stay; `web` is what releases replace. */
export async function makeSwarmStack(): Promise<ComposeStack> {
  const stack = await makeComposeStack();
  return {
    ...stack,
    containers: async (service) => {
      const filter = `label=com.docker.swarm.service.name=${stack.project}_${service}`;
      return (await stack.docker("ps", "--quiet", "--filter", filter)).split("\n").filter(Boolean);
    },
    createTarget: (spec) => stack.createTarget({ swarm: true, ...spec }),
    async [Symbol.asyncDispose]() {
      await stack.createTarget({ swarm: true }).stop();
      await stack.docker("volume", "rm", "--force", `${stack.project}_data`);
      await stack[Symbol.asyncDispose]();
    },
  };
}

const proxy = `
const http = require("node:http");
http.createServer((request, response) => {
  const options = { host: "web", port: 80, path: request.url, agent: false, headers: { connection: "close" } };
  http.get(options, (answer) => { response.writeHead(answer.statusCode); answer.pipe(response); })
    .on("error", () => response.writeHead(502).end("nobody"));
}).listen(80);
process.on("SIGTERM", () => process.exit(0));
`;

/** The services of such a stack, with a port of the machine. */
export function swarmServices(port: number, web: object = {}): Record<string, object> {
  const front = {
    image: nodeImage,
    command: ["node", "-e", proxy.trim()],
    ports: [{ target: 80, published: String(port), mode: "host" }],
    stop_grace_period: "1s",
  };
  const db = { image: nodeImage, command: ["sleep", "3600"], init: true, volumes: ["data:/data"] };
  // a busy machine that misses a few looks must not end what answers
  const healthcheck = { ...(webService()["healthcheck"] as object), retries: 40 };
  const deploy = { update_config: { monitor: "1s" } };
  return {
    front,
    db: { ...db, stop_grace_period: "1s" },
    web: { ...webService(), healthcheck, deploy, stop_grace_period: "1s", ...web },
  };
}
