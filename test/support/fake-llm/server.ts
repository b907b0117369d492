import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { toEventStream } from "./stream.ts";
import type { ChatBody, Script, SeenRequest, Turn } from "./turn.ts";

/** A server that speaks the chat completions protocol and answers by script. */
export interface FakeLlm extends AsyncDisposable {
  readonly baseUrl: string;
  /** All that was asked so far. */
  readonly requests: readonly SeenRequest[];
  /** Adds turns to the end of the script. */
  push(...turns: readonly Script[]): void;
}

/** Starts a fake; after its last turn it answers with the last one again. */
export async function startFakeLlm(...script: readonly Script[]): Promise<FakeLlm> {
  const turns = [...script];
  const requests: SeenRequest[] = [];
  let last: Script = { kind: "answer", text: "Nothing is scripted.", calls: [] };
  const server = createServer((request, response) => {
    void readBody(request).then((raw) => {
      const seen: SeenRequest = {
        body: JSON.parse(raw) as ChatBody,
        raw,
        headers: request.headers,
        url: request.url ?? "",
      };
      requests.push(seen);
      if (!seen.url.endsWith("/chat/completions")) return response.writeHead(404).end("{}");
      last = turns.shift() ?? last;
      send(response, typeof last === "function" ? last(seen) : last, seen);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    push: (...more) => void turns.push(...more),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function send(response: ServerResponse, turn: Turn, seen: SeenRequest): void {
  switch (turn.kind) {
    case "answer":
      response.writeHead(200, { "content-type": "text/event-stream" }).end(bytesOf(turn, seen));
      return;
    case "status":
      response.writeHead(turn.status, { "content-type": "application/json", ...turn.headers }).end(turn.body);
      return;
    case "silence":
      return;
    case "stall":
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(bytesOf(turn.turn, seen).subarray(0, turn.afterBytes));
      return;
    case "cut": {
      // neither a last chunk nor a length: the connection just ends
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
      response.write(bytesOf(turn.turn, seen).subarray(0, turn.afterBytes), () =>
        setTimeout(() => response.socket?.destroy(), 5),
      );
      return;
    }
    case "raw":
      response.writeHead(200, { "content-type": "text/event-stream" }).end(turn.body);
      return;
    case "flood":
      flood(response, turn.sizeBytes);
  }
}

function bytesOf(turn: Turn, seen: SeenRequest): Buffer {
  if (turn.kind === "raw") return Buffer.from(turn.body);
  return turn.kind === "answer"
    ? Buffer.from(toEventStream(turn, seen.body.model, seen.raw.length))
    : Buffer.alloc(0);
}

function flood(response: ServerResponse, sizeBytes: number): void {
  const piece = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "x".repeat(60_000) }, finish_reason: null }] })}\n\n`;
  response.writeHead(200, { "content-type": "text/event-stream" });
  let sent = 0;
  const more = (): void => {
    while (sent < sizeBytes && !response.destroyed) {
      sent += piece.length;
      if (!response.write(piece)) {
        response.once("drain", more);
        return;
      }
    }
    response.end();
  };
  more();
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
