/** Longest line that is kept whole; the rest of a longer one is left out. */
const maxLineBytes = 1_000_000;

/** Cuts a byte stream into lines; the last one without its end is given too. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const piece = chunk.subarray(from, end);
      yield (rest.length === 0 ? piece : Buffer.concat([rest, piece])).toString("utf8");
      rest = Buffer.alloc(0);
      from = end + 1;
    }
    if (from < chunk.length && rest.length < maxLineBytes) rest = Buffer.concat([rest, chunk.subarray(from)]);
  }
  if (rest.length > 0) yield rest.toString("utf8");
}
