import { DockfraError, invalidInput } from "../../bus/kernel/errors.ts";
import type { Check } from "../../bus/messages/checks.ts";
import { parseCheck } from "../../stacks/checks/check-sentence.ts";
import { parseFences } from "../engines/fences.ts";

const placeholder = /^(?:untitled|no title|new ticket|ticket|todo|-+|\.+)$/i;

/** The ticket's title, or where that says nothing, the first heading or line of its description. */
export function titleOf(title: string, description: string): string {
  const own = oneLine(title);
  if (own !== "" && !placeholder.test(own)) return own;
  const prose = withoutFences(description).split("\n");
  const heading = prose.find((line) => /^#{1,6}\s+\S/.test(line))?.replace(/^#{1,6}\s+/, "");
  const line = heading ?? prose.find((candidate) => candidate.trim() !== "");
  return oneLine(line ?? "") || own;
}

/** The prose of a description, without what stands in fenced blocks. */
export function withoutFences(text: string): string {
  return text.replace(/^(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^\1[`~]*[ \t]*$|$(?![\s\S]))/gmu, "");
}

/**
 * Reads the sentences of the description's `checks` blocks, one a line.
 * @throws `check_invalid` with the sentence, `too_many_checks`
 */
export function checksOf(description: string): Check[] {
  const lines = parseFences(description)
    .filter(({ language }) => language === "checks")
    .flatMap(({ body }) => body.split("\n"))
    .map((line) => line.trim().replace(/^[-*]\s+/, ""))
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (lines.length > maxChecks)
    throw invalidInput(
      "too_many_checks",
      `The ticket asks for ${lines.length} checks; ${maxChecks} are the most.`,
      { params: { count: lines.length } },
    );
  return lines.map((line) => {
    try {
      return parseCheck(line);
    } catch (error) {
      if (!(error instanceof DockfraError)) throw error;
      throw new DockfraError(error.kind, error.code, `In the ticket's checks: ${error.message}`, {
        params: error.params,
        cause: error,
      });
    }
  });
}

const maxChecks = 50;

/** Joins lists of checks, each check once, in order. */
export function uniqueChecks(...lists: readonly (readonly Check[])[]): Check[] {
  const seen = new Map<string, Check>();
  for (const check of lists.flat()) seen.set(JSON.stringify(Object.entries(check).toSorted()), check);
  return [...seen.values()];
}

function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim()
    .slice(0, 300)
    .trim();
}
