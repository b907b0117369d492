import { isWebUrl } from "./web-url.ts";

/** A piece of a line. */
export type Inline =
  | { readonly kind: "text" | "strong" | "em" | "code"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string };

/** A part of a text. */
export type Block =
  | { readonly kind: "paragraph" | "heading"; readonly content: readonly Inline[] }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: "code"; readonly language: string; readonly text: string };

const inlineForm =
  /`([^`\n]{1,2000})`|\*\*([^*\n]{1,2000})\*\*|\*([^*\n]{1,2000})\*|\[([^\]\n]{1,500})\]\(([^)\s]{1,2000})\)|(https?:\/\/[^\s<>"'`)\]]{1,2000})/g;

/** Reads the marks within a line; what is no safe link stays as it was written. */
export function parseInline(line: string): Inline[] {
  const pieces: Inline[] = [];
  let from = 0;
  for (const match of line.matchAll(inlineForm)) {
    if (match.index > from) pieces.push({ kind: "text", text: line.slice(from, match.index) });
    pieces.push(toPiece(match));
    from = match.index + match[0].length;
  }
  if (from < line.length) pieces.push({ kind: "text", text: line.slice(from) });
  return pieces;
}

function toPiece([whole, code, strong, em, label, href, bare]: RegExpMatchArray): Inline {
  if (code !== undefined) return { kind: "code", text: code };
  if (strong !== undefined) return { kind: "strong", text: strong };
  if (em !== undefined) return { kind: "em", text: em };
  const target = href ?? bare ?? "";
  return isWebUrl(target)
    ? { kind: "link", text: label ?? target, href: target }
    : { kind: "text", text: whole };
}

/** Reads the few marks of Markdown that texts here use; there is no HTML in it, ever. */
export function parseMarkdown(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split("\n");
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const fence = /^\s*(`{3,})(\S*)\s*$/.exec(line);
    if (fence) {
      const end = lines.findIndex((other, index) => index > at && other.trim() === fence[1]);
      const stop = end === -1 ? lines.length : end;
      blocks.push({ kind: "code", language: fence[2] ?? "", text: lines.slice(at + 1, stop).join("\n") });
      at = stop + 1;
      continue;
    }
    const taken = line.trim() === "" ? 1 : takeBlock(lines, at, blocks);
    at += taken;
  }
  return blocks;
}

const item = /^\s*(?:[-*]|(\d{1,4})[.)])\s+(.*)$/;

function takeBlock(lines: readonly string[], at: number, blocks: Block[]): number {
  const line = lines[at] ?? "";
  const heading = /^#{1,6}\s+(.*)$/.exec(line);
  if (heading) {
    blocks.push({ kind: "heading", content: parseInline(heading[1] ?? "") });
    return 1;
  }
  const isItem = item.test(line);
  let end = at + 1;
  while (end < lines.length && belongs(lines[end] ?? "", isItem)) end++;
  const own = lines.slice(at, end);
  if (isItem) {
    const items = own.map((each) => parseInline(item.exec(each)?.[2] ?? each));
    blocks.push({ kind: "list", ordered: item.exec(line)?.[1] !== undefined, items });
  } else blocks.push({ kind: "paragraph", content: parseInline(own.join("\n")) });
  return end - at;
}

function belongs(line: string, isItem: boolean): boolean {
  if (line.trim() === "" || /^\s*`{3,}/.test(line) || /^#{1,6}\s/.test(line)) return false;
  return item.test(line) === isItem;
}
