/** What a Markdown file says of a ticket. */
export interface TicketText {
  readonly title: string | undefined;
  readonly description: string;
}

/** Takes the first heading as the title and all the rest as the description; fences hide what looks like a heading. */
export function parseTicketText(text: string): TicketText {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  let fence: string | undefined;
  for (const [index, line] of lines.entries()) {
    const mark = /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined) {
      if (fence === undefined) fence = mark;
      else if (mark.startsWith(fence)) fence = undefined;
      continue;
    }
    const heading = fence === undefined ? /^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$/.exec(line)?.[1] : undefined;
    if (heading === undefined || heading === "") continue;
    return {
      title: heading,
      description: [...lines.slice(0, index), ...lines.slice(index + 1)].join("\n").trim(),
    };
  }
  return { title: undefined, description: text.trim() };
}
