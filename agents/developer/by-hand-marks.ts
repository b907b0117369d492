import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { TicketId, Work } from "../../bus/messages/ticket.ts";
import { readIfThere, writeDurably } from "../../stacks/targets/durable-file.ts";

/** That a person works on a ticket by hand; a restart or a repeated command finds it. */
const Mark = z.strictObject({
  ticket: TicketId,
  instance: z.string(),
  sinceMs: z.int(),
  /** What the person made, once they are done and until it is reported. */
  work: Work.optional(),
});
export type Mark = z.infer<typeof Mark>;

/** The marks of all developers of one installation, as files: `<state>/developer/<instance>/by-hand/T-0001.json`. */
export interface Marks {
  find(ticket: string): Mark | undefined;
  list(): Mark[];
  /** Marks a ticket for this instance; `undefined` where another one has it. */
  take(ticket: string, nowMs: number): Mark | undefined;
  /** Notes what the person made. */
  finish(mark: Mark, work: Work): void;
  remove(ticket: string): void;
}

/** Opens the marks as one instance sees them. */
export function openMarks(stateDir: string, instance: string): Marks {
  const developers = join(stateDir, "developer");
  const dirOf = (name: string): string => join(developers, name, "by-hand");
  const fileOf = (name: string, ticket: string): string => join(dirOf(name), `${ticket}.json`);
  const instances = (): string[] => namesIn(developers);
  const read = (name: string, ticket: string): Mark | undefined => {
    const text = readIfThere(fileOf(name, ticket));
    const parsed = text === undefined ? undefined : Mark.safeParse(parseJson(text));
    return parsed?.success && parsed.data.ticket === ticket ? { ...parsed.data, instance: name } : undefined;
  };
  const find = (ticket: string): Mark | undefined =>
    read(instance, ticket) ??
    instances()
      .filter((name) => name !== instance)
      .map((name) => read(name, ticket))
      .find((mark) => mark !== undefined);
  const write = (mark: Mark): void => {
    mkdirSync(dirOf(mark.instance), { recursive: true, mode: 0o700 });
    writeDurably(fileOf(mark.instance, mark.ticket), JSON.stringify(mark));
  };
  return {
    find,
    list: () =>
      instances().flatMap((name) =>
        namesIn(dirOf(name))
          .filter((file) => file.endsWith(".json"))
          .flatMap((file) => read(name, file.slice(0, -".json".length)) ?? []),
      ),
    take(ticket, nowMs) {
      const known = find(ticket);
      if (known) return known.instance === instance ? known : undefined;
      const mark = { ticket, instance, sinceMs: nowMs };
      write(mark);
      // whoever sees another's mark after writing their own steps back: at most one stays
      const rival = instances().some((name) => name !== instance && read(name, ticket) !== undefined);
      if (!rival) return mark;
      rmSync(fileOf(instance, ticket), { force: true });
      return undefined;
    },
    finish: (mark, work) => write({ ...mark, work }),
    remove(ticket) {
      for (const name of instances()) rmSync(fileOf(name, ticket), { force: true });
    },
  };
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return [];
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
