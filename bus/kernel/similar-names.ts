const mostTold = 8;

/** The name that was most likely meant; `undefined` where none is like the word. */
export function findSimilarName(word: string, names: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const [best] = byLikeness(word.slice(0, 60), names);
  return best !== undefined && best.changes <= limit ? best.name : undefined;
}

/** Names for the sentence of a refusal, at most eight: all in their order, or those most like the word; `none` where there are none. */
export function tellNames(word: string, names: readonly string[]): string {
  if (names.length === 0) return "none";
  if (names.length <= mostTold) return names.join(", ");
  const told = byLikeness(word.slice(0, 60), names).slice(0, mostTold);
  return `${told.map(({ name }) => name).join(", ")} and ${names.length - mostTold} more`;
}

function byLikeness(word: string, names: readonly string[]): { name: string; changes: number }[] {
  return names
    .map((name) => ({ name, changes: countChanges(word, name) }))
    .toSorted((a, b) => a.changes - b.changes);
}

/** How many letters have to be put in, left out or changed to make one word of the other. */
function countChanges(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...from].entries()) {
    const line = [row + 1];
    for (let column = 1; column <= to.length; column++) {
      const changed = (above[column - 1] ?? 0) + (to[column - 1] === letter ? 0 : 1);
      line.push(Math.min((above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1, changed));
    }
    above = line;
  }
  return above.at(-1) ?? 0;
}
