import type { ErrorInfo, ErrorParams } from "../../bus/kernel/errors.ts";

const maxMessage = 8_192;
const maxParam = 4_096;

/** Cuts an error to what a message may carry. */
export function clipErrorInfo(info: ErrorInfo): ErrorInfo {
  const params: Record<string, ErrorParams[string]> = {};
  for (const [key, value] of Object.entries(info.params))
    params[key] = typeof value === "string" ? clip(value, maxParam) : value;
  return { ...info, message: clip(info.message, maxMessage), params };
}

function clip(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
