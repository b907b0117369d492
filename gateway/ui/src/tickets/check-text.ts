import type { Check } from "../../../../bus/messages/checks.ts";

/** Writes a check as the command line reads it. */
export function writeCheck(check: Check): string {
  switch (check.kind) {
    case "http":
      return [
        `GET ${check.path}`,
        ...(check.status === undefined ? [] : [`-> ${check.status}`]),
        ...(check.contains === undefined ? [] : [`contains ${JSON.stringify(check.contains)}`]),
        ...(check.lacks === undefined ? [] : [`lacks ${JSON.stringify(check.lacks)}`]),
      ].join(" ");
    case "log":
      return `log lacks ${JSON.stringify(check.lacks)}`;
    case "command":
      return check.argv.join(" ");
  }
}

const form =
  /^(?:GET\s+(?<path>\/\S*)(?:\s+(?:->|→)\s*(?<status>\d{3}))?(?:\s+contains\s+(?<contains>"(?:[^"\\]|\\.)*"))?(?:\s+lacks\s+(?<lacks>"(?:[^"\\]|\\.)*"))?|log\s+lacks\s+(?<log>"(?:[^"\\]|\\.)*"))$/;

/** Reads one line of checks; `undefined` where it says nothing that can be checked. */
export function readCheck(line: string): Check | undefined {
  const groups = form.exec(line.trim())?.groups;
  if (groups === undefined) return undefined;
  const { path, status, contains, lacks, log } = groups;
  if (log !== undefined) return { kind: "log", lacks: unquote(log) };
  return {
    kind: "http",
    path: path ?? "/",
    ...(status === undefined ? {} : { status: Number(status) }),
    ...(contains === undefined ? {} : { contains: unquote(contains) }),
    ...(lacks === undefined ? {} : { lacks: unquote(lacks) }),
  };
}

/** Reads a check a line; blank lines are none. */
export function readChecks(text: string): { readonly checks: Check[]; readonly wrong: string | undefined } {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return {
    checks: lines.map(readCheck).filter((check) => check !== undefined),
    wrong: lines.find((line) => readCheck(line) === undefined),
  };
}

function unquote(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1).replace(/\\(.)/g, "$1");
  }
}
