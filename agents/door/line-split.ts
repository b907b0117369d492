import { invalidInput } from "../../bus/kernel/errors.ts";

/** Cuts a stream of bytes into lines. */
export interface LineSplitter {
  /** Takes bytes and gives the lines that they end. @throws `door_line_too_long` */
  take(chunk: Buffer): string[];
}

/** Makes a splitter that keeps at most so many bytes of a line that has not ended. */
export function createLineSplitter(maxBytes: number): LineSplitter {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  return {
    take(chunk) {
      const lines: string[] = [];
      let from = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
        if (waitingBytes + end - from > maxBytes) throw tooLong(maxBytes);
        lines.push(Buffer.concat([...waiting, chunk.subarray(from, end)]).toString("utf8"));
        [waiting, waitingBytes] = [[], 0];
        from = end + 1;
      }
      if (from < chunk.length) {
        waiting.push(chunk.subarray(from));
        waitingBytes += chunk.length - from;
      }
      if (waitingBytes > maxBytes) throw tooLong(maxBytes);
      return lines;
    },
  };
}

function tooLong(maxBytes: number): Error {
  return invalidInput(
    "door_line_too_long",
    `A request is longer than ${maxBytes} bytes. Send less at once.`,
    {
      params: { maxBytes },
    },
  );
}
