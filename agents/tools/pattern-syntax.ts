import { ToolRefusal } from "./tool.ts";

/** A regular expression as a tree. */
export type PatternNode =
  | { readonly kind: "take"; readonly test: (code: number) => boolean }
  | { readonly kind: "assert"; readonly which: "start" | "end" | "word" | "noWord" }
  | { readonly kind: "all" | "any"; readonly items: readonly PatternNode[] }
  | { readonly kind: "repeat"; readonly item: PatternNode; readonly min: number; readonly max: number };

type Test = (code: number) => boolean;

const maxDepth = 50;
const maxRepeat = 1_000;
const classes: Readonly<Record<string, Test>> = {
  d: (code) => code >= 48 && code <= 57,
  w: (code) => /\w/.test(String.fromCharCode(code)),
  s: (code) => /\s/.test(String.fromCharCode(code)),
};
const controls: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", f: "\f", v: "\v", "0": "\0" };

/** Parses the usual syntax: classes, groups, alternatives, quantifiers, anchors. @throws ToolRefusal where it has more than that, or does not parse */
export function parsePattern(source: string, ignoreCase: boolean): PatternNode {
  let at = 0;
  const refuse = (why: string): ToolRefusal =>
    new ToolRefusal(
      `The pattern cannot be used: ${why} at character ${at + 1}. Search for plain text, or write it simpler.`,
    );
  const eat = (text: string): boolean => {
    if (!source.startsWith(text, at)) return false;
    at += text.length;
    return true;
  };
  const same = (wanted: number): Test => {
    if (!ignoreCase) return (code) => code === wanted;
    const text = String.fromCharCode(wanted);
    const [lower, upper] = [text.toLowerCase().charCodeAt(0), text.toUpperCase().charCodeAt(0)];
    return (code) => code === wanted || code === lower || code === upper;
  };

  const parseAny = (depth: number): PatternNode => {
    if (depth > maxDepth) throw refuse("groups are nested too deep");
    const items = [parseAll(depth)];
    while (eat("|")) items.push(parseAll(depth));
    return items.length === 1 && items[0] ? items[0] : { kind: "any", items };
  };

  const parseAll = (depth: number): PatternNode => {
    const items: PatternNode[] = [];
    while (at < source.length && source[at] !== "|" && source[at] !== ")")
      items.push(parseRepeat(parseOne(depth)));
    return { kind: "all", items };
  };

  const parseRepeat = (item: PatternNode): PatternNode => {
    const range = /^\{(\d{1,6})(?:(,)(\d{0,6}))?\}/.exec(source.slice(at, at + 20));
    const [min, max] = eat("*")
      ? [0, Number.POSITIVE_INFINITY]
      : eat("+")
        ? [1, Number.POSITIVE_INFINITY]
        : eat("?")
          ? [0, 1]
          : range && eat(range[0])
            ? [
                Number(range[1]),
                range[2] === undefined
                  ? Number(range[1])
                  : range[3] === ""
                    ? Number.POSITIVE_INFINITY
                    : Number(range[3]),
              ]
            : [1, 1];
    if (min === 1 && max === 1 && !range) return item;
    if (min > maxRepeat || (max > maxRepeat && max !== Number.POSITIVE_INFINITY) || max < min)
      throw refuse("a repetition is too large or backwards");
    // how greedy it is decides which match is found, not whether there is one
    eat("?");
    if (/^[*+?]/.test(source.slice(at))) throw refuse("a quantifier follows another");
    return { kind: "repeat", item, min, max };
  };

  const parseOne = (depth: number): PatternNode => {
    const char = source[at++];
    if (char === undefined) throw refuse("it ends too early");
    if (char === "(") {
      if (eat("?") && !eat(":")) {
        const name = /^<[A-Za-z]\w{0,50}>/.exec(source.slice(at, at + 60));
        if (!name || !eat(name[0])) throw refuse("look-around is not supported");
      }
      const inner = parseAny(depth + 1);
      if (!eat(")")) throw refuse("a group does not end");
      return inner;
    }
    if (char === "[") return { kind: "take", test: parseClass() };
    if (char === ".") return { kind: "take", test: () => true };
    if (char === "^") return { kind: "assert", which: "start" };
    if (char === "$") return { kind: "assert", which: "end" };
    if (char === "*" || char === "+" || char === "?") throw refuse("there is nothing to repeat");
    if (char !== "\\") return { kind: "take", test: same(char.charCodeAt(0)) };
    if (eat("b")) return { kind: "assert", which: "word" };
    if (eat("B")) return { kind: "assert", which: "noWord" };
    const escaped = parseEscape();
    return { kind: "take", test: typeof escaped === "number" ? same(escaped) : escaped };
  };

  const parseEscape = (): number | Test => {
    const char = source[at++];
    if (char === undefined) throw refuse("it ends too early");
    const named = classes[char.toLowerCase()];
    if (named) return char === char.toLowerCase() ? named : (code) => !named(code);
    const hex = /^(?:x([0-9a-f]{2})|u([0-9a-f]{4}))/i.exec(source.slice(at - 1, at + 4));
    if (hex) {
      at += hex[0].length - 1;
      return Number.parseInt(hex[1] ?? hex[2] ?? "", 16);
    }
    if (/[1-9a-zA-Z]/.test(char) && controls[char] === undefined)
      throw refuse(`"\\${char}" is not supported`);
    return (controls[char] ?? char).charCodeAt(0);
  };

  const parseClass = (): Test => {
    const not = eat("^");
    const tests: Test[] = [];
    for (let first = true; !eat("]") || first; first = false) {
      if (at >= source.length) throw refuse("a class does not end");
      const low = first && source[at - 1] === "]" ? 93 : parseMember();
      if (typeof low !== "number") tests.push(low);
      else if (source[at] === "-" && source[at + 1] !== "]" && at + 1 < source.length) {
        at++;
        const high = parseMember();
        if (typeof high !== "number" || high < low) throw refuse("a range is backwards");
        tests.push(ignoreCase ? inRangeAnyCase(low, high) : (code) => code >= low && code <= high);
      } else tests.push(same(low));
    }
    return (code) => tests.some((test) => test(code)) !== not;
  };

  const parseMember = (): number | Test => {
    if (eat("\\")) return eat("b") ? 8 : parseEscape();
    return source.charCodeAt(at++);
  };

  const tree = parseAny(0);
  if (at < source.length) throw refuse('there is a ")" too many');
  return tree;
}

function inRangeAnyCase(low: number, high: number): Test {
  return (code) => {
    const text = String.fromCharCode(code);
    return [text, text.toLowerCase(), text.toUpperCase()].some(
      (form) => form.charCodeAt(0) >= low && form.charCodeAt(0) <= high,
    );
  };
}
