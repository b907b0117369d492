import { fromUp, type Rule } from "../cause.ts";

/** A build that ended with an error, with the line of the Dockerfile. */
export const buildFailed: Rule = ({ upOutput, place }) => {
  const solved = /failed to solve: (.+)/;
  const at = upOutput.findLastIndex((line) => solved.test(line));
  if (at < 0) return [];
  const why = solved.exec(upOutput[at] ?? "")?.[1]?.trim() ?? "";
  const before = upOutput.slice(Math.max(0, at - 40), at);
  const where = before.findLast((line) => /^\s*[\w./-]*Dockerfile[\w.-]*:\d+\s*$/i.test(line))?.trim();
  const marked = before.filter((line) => /^\s*\d+ \|\s+>>> /.test(line));
  const target = /^(?:target|service) (\S+?):? failed to solve/.exec(upOutput[at] ?? "")?.[1];
  const said = before.filter((line) => /^#\d+ [\d.]+ /.test(line)).slice(-5);
  const params = {
    stack: place.project,
    why,
    place: where ?? "the Dockerfile",
    line: marked[0]?.split(">>> ")[1]?.trim() ?? "",
  };
  return [
    {
      ...{ code: "cause_build_failed", params, severity: "error", fixes: [] },
      ...(target === undefined ? {} : { service: target }),
      evidence: [
        ...(where === undefined ? [] : marked.map((text) => ({ source: where, text: text.trim() }))),
        ...fromUp([...said, upOutput[at] ?? ""]),
      ],
    },
  ];
};

/** The directory or file to build from is not there. */
export const buildContextMissing: Rule = ({ upOutput }) => {
  const pattern =
    /unable to prepare context: path "([^"]+)" not found|failed to read dockerfile: open (\S+): no such file/;
  const line = upOutput.findLast((one) => pattern.test(one));
  const match = pattern.exec(line ?? "");
  const path = match?.[1] ?? match?.[2];
  if (path === undefined || line === undefined) return [];
  return [
    {
      code: "cause_build_context_missing",
      params: { path },
      severity: "error",
      evidence: fromUp([line]),
      fixes: [],
    },
  ];
};
