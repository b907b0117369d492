import { Agent, request } from "node:http";

export interface LoadResult {
  readonly bodies: string[];
  /** One line for each request that got no answer or another status than 200. */
  readonly failures: string[];
}

export interface Load extends AsyncDisposable {
  stop(): Promise<LoadResult>;
}

/** Sends requests until stopped: four clients on kept-alive connections, two on new ones, one that posts, one that asks for slow answers. */
export function startLoad(url: string): Load {
  const result: LoadResult = { bodies: [], failures: [] };
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  let stopped = false;
  const client = async (
    path: string,
    { body, keepAlive }: { body?: string; keepAlive: boolean },
  ): Promise<void> => {
    while (!stopped) {
      try {
        const answer = await ask(url + path, body, keepAlive ? agent : undefined);
        result.bodies.push(answer);
      } catch (error) {
        result.failures.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 8));
    }
  };
  const clients = [
    ...Array.from({ length: 4 }, () => client("/", { keepAlive: true })),
    ...Array.from({ length: 2 }, () => client("/", { keepAlive: false })),
    client("/echo", { body: "x".repeat(20_000), keepAlive: true }),
    client("/slow", { keepAlive: false }),
  ];
  const stop = async (): Promise<LoadResult> => {
    stopped = true;
    await Promise.all(clients);
    agent.destroy();
    return result;
  };
  return { stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}

function ask(url: string, body: string | undefined, agent: Agent | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { agent: agent ?? false, method: body === undefined ? "GET" : "POST", timeout: 15_000 },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("error", reject);
        response.on("end", () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${response.statusCode ?? 0} ${text}`));
        });
      },
    );
    sent.on("timeout", () => sent.destroy(new Error("no answer in 15 s")));
    sent.on("error", reject);
    sent.end(body);
  });
}
