import { randomBytes } from "node:crypto";
import { stripVTControlCharacters } from "node:util";

/** What was taken out of a text. */
export interface Removed {
  readonly comments: number;
  /** Characters that show nothing: zero-width, bidi, tags, variation selectors, controls. */
  readonly invisible: number;
}

export interface CleanText extends Removed {
  readonly text: string;
}

// one variation selector makes an emoji of a sign; a row of them is a message
const invisible =
  /(?!\ufe0f)\p{Default_Ignorable_Code_Point}|(?<=\ufe0f)\ufe0f|[\ufff9-\ufffb]|[^\P{Cc}\n\t]/gu;
const closedComment = /<!--[\s\S]*?--!?>/g;
const openComment = /<!--[\s\S]*/;

/**
 * Takes out what a reader does not see and a model does: HTML comments and invisible characters. Lines keep their numbers.
 * In prose an unclosed comment hides all that follows, in a file of the project it is plain text.
 */
export function removeHidden(text: string, kind: "prose" | "file" = "prose"): CleanText {
  let comments = 0;
  let hidden = 0;
  const hide = (): string => {
    hidden++;
    return "";
  };
  const blank = (comment: string): string => {
    comments++;
    return `[comment removed]${comment.replaceAll(/[^\n]/g, "")}`;
  };
  // the characters first: one of them inside "<!--" would hide the comment from us
  const visible = stripVTControlCharacters(text.replaceAll("\r\n", "\n")).replaceAll(invisible, hide);
  const closed = visible.includes("<!--") ? removeComments(visible, blank) : visible;
  return {
    text: kind === "prose" ? closed.replace(openComment, blank) : closed,
    comments,
    invisible: hidden,
  };
}

/** Linear also where comments begin again and again and none of them ends. */
function removeComments(text: string, blank: (comment: string) => string): string {
  const end = Math.max(text.lastIndexOf("-->"), text.lastIndexOf("--!>"));
  if (end < 0) return text;
  return text.slice(0, end + 4).replaceAll(closedComment, blank) + text.slice(end + 4);
}

export interface DataBlock {
  /** What it is: `ticket`, `file`, `test output`. */
  readonly kind: string;
  /** Whose words they are: `outside`, `project`, `operator`. */
  readonly origin: string;
  readonly name?: string;
}

/** What is read as Markdown; in all else an unclosed comment is plain text. */
const proseKinds = new Set(["ticket", "reasons"]);

/** Wraps untrusted text in a block whose end it cannot write, with a note of what was taken out. */
export function toDataBlock({ kind, origin, name }: DataBlock, untrusted: string): string {
  const id = randomBytes(6).toString("hex");
  const {
    text,
    comments,
    invisible: hidden,
  } = removeHidden(untrusted, proseKinds.has(kind) ? "prose" : "file");
  const attributes = [
    `kind=${quote(kind)}`,
    `origin=${quote(origin)}`,
    ...(name === undefined ? [] : [`name=${quote(name)}`]),
  ].join(" ");
  const note = noteOf({ comments, invisible: hidden });
  return `<data-${id} ${attributes}>\n${note}${text.endsWith("\n") || text === "" ? text : `${text}\n`}</data-${id}>`;
}

/** The visible note, or nothing. */
function noteOf({ comments, invisible: hidden }: Removed): string {
  if (comments === 0 && hidden === 0) return "";
  const parts = [
    ...(comments > 0 ? [`${comments} HTML comments`] : []),
    ...(hidden > 0 ? [`${hidden} invisible characters`] : []),
  ];
  return `[Dockfra removed ${parts.join(" and ")} here]\n`;
}

function quote(text: string): string {
  return JSON.stringify(
    removeHidden(text)
      .text.replaceAll(/[<>\n]/g, " ")
      .slice(0, 300),
  );
}
