import { addAbortSignal, type Duplex } from "node:stream";
import type { OpenLink } from "./engine-link.ts";

/** An answer whose body goes on: the bytes after the head are not read yet. */
export interface OpenAnswer {
  readonly status: number;
  readonly body: Duplex;
}

const headEnd = Buffer.from("\r\n\r\n");
const maxHeadBytes = 65_536;
const statusLine = /^HTTP\/1\.[01] (\d{3})/;

/**
 * Reads on a link of its own until the answer's head. HTTP/1.0 has no chunks, of which the engine makes one for each line of a log;
 * taking those apart costs more than all the rest of the reading. It ends with its link, or with the signal.
 */
export function openStream(
  open: OpenLink,
  path: string,
  { signal, timeoutMs }: { readonly signal?: AbortSignal; readonly timeoutMs: number },
): Promise<OpenAnswer> {
  const link = open();
  if (signal) addAbortSignal(signal, link);
  const { promise, resolve, reject } = Promise.withResolvers<OpenAnswer>();
  let head: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => link.destroy(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf(headEnd);
    const text = head.toString("latin1", 0, end < 0 ? 0 : end);
    if (end < 0 && head.length <= maxHeadBytes) return;
    const status = Number(statusLine.exec(text)?.[1] ?? Number.NaN);
    if (Number.isNaN(status) || /^transfer-encoding:/im.test(text)) {
      link.destroy(new Error("its answer is not plain HTTP/1.0"));
      return;
    }
    clearTimeout(timer);
    link.off("data", onData).off("close", onEnd).off("end", onEnd).pause();
    const rest = head.subarray(end + headEnd.length);
    if (rest.length > 0) link.unshift(rest);
    resolve({ status, body: link });
  };
  const onEnd = (): void => {
    clearTimeout(timer);
    reject(new Error("it hung up"));
  };
  // it stays: whoever reads the body gets the failure there
  link.on("error", reject);
  link.on("data", onData).once("end", onEnd).once("close", onEnd);
  link.write(`GET ${path} HTTP/1.0\r\nHost: docker\r\n\r\n`);
  return promise;
}
