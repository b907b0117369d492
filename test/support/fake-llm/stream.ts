import type { FakeUsage, Turn } from "./turn.ts";

const pieceLength = 7;

/** An answer as the bytes of its event stream: role, text, tool calls in pieces, end, usage. */
export function toEventStream(
  turn: Extract<Turn, { kind: "answer" }>,
  model: string,
  promptLength: number,
): string {
  const { text, calls, usage, finish } = turn;
  const head = { id: "chatcmpl-fake", object: "chat.completion.chunk", created: 1_700_000_000, model };
  const delta = (value: object, reason: string | null = null): object => ({
    ...head,
    choices: [{ index: 0, delta: value, logprobs: null, finish_reason: reason }],
    usage: null,
  });
  const args = calls.map((call) => (typeof call.args === "string" ? call.args : JSON.stringify(call.args)));
  const chunks: object[] = [
    delta({ role: "assistant", content: text === "" ? null : "" }),
    ...pieces(text).map((content) => delta({ content })),
    ...calls.flatMap(({ name }, index) => [
      delta({
        tool_calls: [
          { index, id: `call_${promptLength}_${index}`, type: "function", function: { name, arguments: "" } },
        ],
      }),
      ...pieces(args[index] ?? "").map((part) =>
        delta({ tool_calls: [{ index, function: { arguments: part } }] }),
      ),
    ]),
    delta({}, finish ?? (calls.length > 0 ? "tool_calls" : "stop")),
    ...(usage === "none"
      ? []
      : [{ ...head, choices: [], usage: usage ?? honest(promptLength, text.length + args.join("").length) }]),
  ];
  return [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), "data: [DONE]\n\n"].join("");
}

function honest(promptLength: number, answerLength: number): FakeUsage {
  const [prompt, completion] = [Math.ceil(promptLength / 4), Math.ceil(answerLength / 4) + 1];
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function pieces(text: string): string[] {
  const parts: string[] = [];
  for (let from = 0; from < text.length; from += pieceLength)
    parts.push(text.slice(from, from + pieceLength));
  return parts;
}
