/** What the fake was asked, as it came over the wire. */
export interface SeenRequest {
  readonly body: ChatBody;
  readonly raw: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly url: string;
}

export interface ChatBody {
  readonly model: string;
  readonly temperature?: number;
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly tool_choice?: unknown;
  readonly stream_options?: unknown;
  readonly tools?: readonly { readonly function: { readonly name: string; readonly parameters: unknown } }[];
  readonly messages: readonly {
    readonly role: string;
    readonly content: string | null;
    readonly tool_call_id?: string;
    readonly tool_calls?: readonly {
      readonly id: string;
      readonly function: { readonly name: string; readonly arguments: string };
    }[];
  }[];
}

export interface FakeCall {
  readonly name: string;
  /** Text as the model would write it; an object is written as JSON. */
  readonly args: Readonly<Record<string, unknown>> | string;
}

export interface FakeUsage {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly total_tokens?: unknown;
  readonly cost?: unknown;
}

/** One answer of the fake. */
export type Turn =
  | {
      readonly kind: "answer";
      readonly text: string;
      readonly calls: readonly FakeCall[];
      readonly usage?: FakeUsage | "none";
      readonly finish?: string;
    }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly kind: "silence" }
  | { readonly kind: "stall"; readonly turn: Turn; readonly afterBytes: number }
  | { readonly kind: "cut"; readonly turn: Turn; readonly afterBytes: number }
  | { readonly kind: "raw"; readonly body: string }
  | { readonly kind: "flood"; readonly sizeBytes: number };

/** A turn, or what makes one of what was asked. */
export type Script = Turn | ((request: SeenRequest) => Turn);

/** The model says something. */
export function say(text: string, extra: { usage?: FakeUsage | "none"; finish?: string } = {}): Turn {
  return { kind: "answer", text, calls: [], ...extra };
}

/** The model calls tools. */
export function call(name: string, args: FakeCall["args"] = {}, ...more: readonly FakeCall[]): Turn {
  return { kind: "answer", text: "", calls: [{ name, args }, ...more] };
}

/** The endpoint answers with an HTTP error. */
export function status(
  code: number,
  headers: Readonly<Record<string, string>> = {},
  message = `error ${code}`,
  more: object = {},
): Turn {
  return {
    kind: "status",
    status: code,
    headers,
    body: JSON.stringify({ error: { message, type: "error", code: null, ...more } }),
  };
}
