import { request } from "node:http";

/** What a client of the predecessor gets. */
export interface OldAnswer<T> {
  readonly status: number;
  readonly body: T;
}

/** A ticket as such a client knows it. */
export interface OldTicket {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly status: "open" | "in_progress" | "review" | "done" | "closed";
  readonly priority: string;
  readonly assigned_to: string;
  readonly labels: readonly string[];
  readonly created_by: string;
  readonly created_at: string;
  readonly comments: readonly {
    readonly author: string;
    readonly text: string;
    readonly timestamp: string;
  }[];
}

/** A client that speaks the predecessor's contract and nothing else: plain HTTP, no Origin, no cookie, JSON or empty bodies. */
export function createOldClient(port: number, host = "localhost") {
  async function call<T>(method: string, path: string, body?: unknown): Promise<OldAnswer<T>> {
    const { status, text } = await send(method, path, body);
    return { status, body: JSON.parse(text) as T };
  }

  function send(method: string, path: string, body: unknown): Promise<{ status: number; text: string }> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          ...{ host, port, path, method, timeout: 40_000, agent: false },
          headers: {
            accept: "application/json",
            ...(payload === undefined
              ? method === "GET"
                ? {}
                : { "content-length": "0" }
              : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) }),
          },
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => (text += chunk));
          response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      asked.once("error", reject);
      asked.once("timeout", () => asked.destroy(new Error(`${method} ${path} took too long`)));
      asked.end(payload);
    });
  }
  return {
    call,
    get: <T>(path: string) => call<T>("GET", path),
    post: <T>(path: string, body?: unknown) => call<T>("POST", path, body),
    put: <T>(path: string, body: unknown) => call<T>("PUT", path, body),
  };
}
