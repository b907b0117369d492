import { expect, test } from "vitest";
import { startLive } from "./support/live.ts";
import { makeGatewayProject } from "./support/project.ts";

interface Seen {
  readonly ids: number[];
  readonly types: string[];
}

/** Reads Server-Sent Events until there are so many, then goes away. */
async function read(url: string, headers: Record<string, string>, count: number): Promise<Seen> {
  const gone = new AbortController();
  const response = await fetch(url, { headers, signal: gone.signal });
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const seen: Seen = { ids: [], types: [] };
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const events = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      const id = /^id: (\d+)$/m.exec(event)?.[1];
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (id === undefined || data === undefined || seen.ids.length >= count) continue;
      seen.ids.push(Number(id));
      seen.types.push(Object.keys(JSON.parse(data) as object).join(","));
    }
    if (seen.ids.length >= count) break;
  }
  gone.abort();
  return seen;
}

test.each([
  ["/api/v1/stream", "source,kind"],
  ["/api/stream", "id,ts,src,event,data"],
])("%s resumes by since and by Last-Event-ID, without gap or double", async (path, fields) => {
  await using project = await makeGatewayProject();
  await using live = await startLive(project);
  const writer = project.house.bus.worker("developer", "writer");
  let count = 0;
  const telling = setInterval(() => {
    for (let n = 0; n < 20 && count < 900; n += 1, count += 1)
      writer.tell({
        source: "developer",
        kind: "log",
        atMs: Date.now(),
        code: "tests_output",
        params: {},
        text: String(count),
      });
  }, 5);
  const headers = { cookie: live.cookie };
  const url = `${live.gateway.url}${path}`;
  const first = await read(`${url}?since=0`, headers, 300);
  const second = await read(`${url}?since=${first.ids.at(-1)}`, headers, 300);
  const third = await read(`${url}?since=0`, { ...headers, "last-event-id": String(second.ids.at(-1)) }, 300);
  clearInterval(telling);
  const ids = [...first.ids, ...second.ids, ...third.ids];
  expect(ids).toEqual(Array.from({ length: 900 }, (_, index) => index + 1));
  expect(first.types[0]).toContain(fields);
});

test("a gateway that comes back keeps its sessions, and streams go on where they were", async () => {
  await using project = await makeGatewayProject();
  const before = await startLive(project);
  const { port } = before.gateway;
  const writer = project.house.bus.worker("developer", "writer");
  const tell = (text: string) =>
    writer.tell({
      source: "developer",
      kind: "log",
      atMs: Date.now(),
      code: "tests_output",
      params: {},
      text,
    });
  for (const text of ["a", "b", "c"]) tell(text);
  const first = await read(`${before.gateway.url}/api/v1/stream?since=0`, { cookie: before.cookie }, 2);
  await before[Symbol.asyncDispose]();
  tell("d");
  await using after = await startLive(project, { port });
  const headers = { cookie: before.cookie, "last-event-id": String(first.ids.at(-1)) };
  expect((await read(`${after.gateway.url}/api/v1/stream`, headers, 2)).ids).toEqual([3, 4]);
});

test("both loopback addresses and their names answer, polling too", async () => {
  await using project = await makeGatewayProject();
  await using live = await startLive(project);
  for (const name of ["127.0.0.1", "[::1]", "localhost"]) {
    const base = `http://${name}:${live.gateway.port}`;
    const answer = await fetch(`${base}/api/v1/session`, { headers: { cookie: live.cookie } }).catch(
      () => undefined,
    );
    // a machine without IPv6 has no ::1
    if (answer === undefined) expect(name).toBe("[::1]");
    else expect(await answer.json()).toMatchObject({ signedIn: true });
    if (answer === undefined) continue;
    const polling = await fetch(`${base}/socket.io/?EIO=4&transport=polling`, {
      headers: { cookie: live.cookie, origin: base },
    });
    expect(polling.status).toBe(200);
  }
});
