/** Longest answer that is read; far beyond what a model can say in one turn. */
export const maxAnswerBytes = 10_000_000;

class AnswerTooLarge extends Error {
  override readonly name = "AnswerTooLarge";
}

/** Whether an error, or what caused it, is an answer beyond {@link maxAnswerBytes}. */
export function isTooLarge(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++)
    if (at instanceof AnswerTooLarge) return true;
  return false;
}

/** Makes a fetch that follows no redirect, lends no key where there is none, and stops reading at the limit. */
export function createBoundedFetch({ withKey }: { withKey: boolean }): typeof fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    if (!withKey) headers.delete("authorization");
    const response = await fetch(input, { ...init, headers, redirect: "error" });
    if (response.body === null) return response;
    let sizeBytes = 0;
    const counted = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          sizeBytes += chunk.byteLength;
          if (sizeBytes > maxAnswerBytes)
            controller.error(new AnswerTooLarge(`more than ${maxAnswerBytes} bytes`));
          else controller.enqueue(chunk);
        },
      }),
    );
    const { status, statusText } = response;
    return new Response(counted, { status, statusText, headers: response.headers });
  };
}
