const MAX_BODY_BYTES = 10_000;

// What the sender did wrong, in a sentence for the sender.
export class BadRequest extends Error {}

export function readBasketId(request) {
  return /(?:^|;\s*)basket=([0-9a-f-]{36})(?:;|$)/.exec(request.headers.cookie ?? "")?.[1];
}

export async function readForm(request) {
  return new URLSearchParams(await readBody(request));
}

export async function readJson(request) {
  try {
    return JSON.parse(await readBody(request));
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadRequest("The body is not JSON.");
    throw error;
  }
}

async function readBody(request) {
  const chunks = [];
  let sizeBytes = 0;
  // Read to the end even when it is too much: a sender still writing would not hear the answer.
  for await (const chunk of request) {
    sizeBytes += chunk.length;
    if (sizeBytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (sizeBytes > MAX_BODY_BYTES) throw new BadRequest("The body is too large.");
  return Buffer.concat(chunks).toString("utf8");
}

export function sendJson(response, status, value) {
  sendText(response, status, "application/json", `${JSON.stringify(value)}\n`);
}

export function sendText(response, status, type, text) {
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'",
    "x-content-type-options": "nosniff",
  });
  response.end(text);
}
