import { ComposeProblem } from "./problems.ts";
import type { Origin } from "./problems.ts";

/** A short volume's parts: `source:target:options`. */
export interface VolumeSpec {
  /** Empty for an anonymous volume. */
  readonly source: string;
  readonly target: string;
  readonly options: string;
}

/**
 * Cuts a short volume at its colons, those inside `${…}` and of a Windows drive not counted.
 * @throws schema_mismatch
 */
export function splitVolume(spec: string, origin: Origin): VolumeSpec {
  if (spec === "") throw invalid(spec, "empty section between colons", origin);
  if (spec.length <= 2) return { source: "", target: spec, options: "" };
  const parts: string[] = [];
  let part = "";
  let braces = 0;
  for (let at = 0; at < spec.length; at++) {
    const char = spec.charAt(at);
    if (char === "$" && spec.charAt(at + 1) === "{") braces++;
    else if (char === "}" && braces > 0) braces--;
    if (char === ":" && braces === 0 && !/^\p{L}$/u.test(part)) {
      parts.push(part);
      part = "";
    } else part += char;
  }
  parts.push(part);
  if (parts.includes("")) throw invalid(spec, "empty section between colons", origin);
  if (parts.length > 3) throw invalid(spec, "too many colons", origin);
  const [first = "", target, options = ""] = parts;
  return target === undefined ? { source: "", target: first, options } : { source: first, target, options };
}

/** Whether a short volume's source is a path of the host, not the name of a volume. */
export function isHostPath(source: string): boolean {
  return /^(?:[./~]|\\\\|\p{L}:)/u.test(source);
}

function invalid(spec: string, why: string, origin: Origin): ComposeProblem {
  return new ComposeProblem("schema_mismatch", `invalid spec: ${spec}: ${why}`, origin);
}
