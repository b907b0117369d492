/** Lines before and after a change that are shown with it. */
const contextLines = 3;
/** Beyond this the two texts are told one after the other: the table of all pairs would be too large. */
const maxPairs = 9_000_000;

interface Step {
  readonly kind: " " | "-" | "+";
  readonly text: string;
}

/** Difference of two texts by lines, as `diff -u` writes it; empty where there is none. */
export function diffTexts(from: string, to: string, names: readonly [string, string]): string {
  if (from === to) return "";
  const steps = compare(toLines(from), toLines(to));
  return [`--- ${names[0]}`, `+++ ${names[1]}`, ...toHunks(steps)].join("\n") + "\n";
}

function toLines(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

function compare(a: readonly string[], b: readonly string[]): Step[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end])
    end++;
  const same = (lines: readonly string[]): Step[] => lines.map((text) => ({ kind: " ", text }));
  const middle = compareMiddle(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return [...same(a.slice(0, start)), ...middle, ...same(a.slice(a.length - end))];
}

/** By the longest common subsequence. */
function compareMiddle(a: readonly string[], b: readonly string[]): Step[] {
  const removed = (text: string): Step => ({ kind: "-", text });
  const added = (text: string): Step => ({ kind: "+", text });
  if (a.length * b.length > maxPairs) return [...a.map(removed), ...b.map(added)];
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) {
      steps.push({ kind: " ", text: left });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      steps.push(removed(left));
      i++;
    } else {
      steps.push(added(right ?? ""));
      j++;
    }
  }
  return steps;
}

function toHunks(steps: readonly Step[]): string[] {
  const isNear = steps.map((_, index) =>
    steps.slice(Math.max(0, index - contextLines), index + contextLines + 1).some(({ kind }) => kind !== " "),
  );
  const lines: string[] = [];
  let [oldLine, newLine] = [1, 1];
  for (let index = 0; index < steps.length; index++) {
    if (isNear[index] && !isNear[index - 1]) {
      const end = isNear.indexOf(false, index);
      const hunk = steps.slice(index, end === -1 ? undefined : end);
      const olds = hunk.filter(({ kind }) => kind !== "+").length;
      const news = hunk.filter(({ kind }) => kind !== "-").length;
      lines.push(
        `@@ -${olds === 0 ? oldLine - 1 : oldLine},${olds} +${news === 0 ? newLine - 1 : newLine},${news} @@`,
      );
    }
    const step = steps[index];
    if (step === undefined) continue;
    if (isNear[index]) lines.push(step.kind + step.text);
    if (step.kind !== "+") oldLine++;
    if (step.kind !== "-") newLine++;
  }
  return lines;
}
