import type { ViewReader } from "./view/reader.ts";

/** Proposes ticket numbers; the log decides who gets one, so a gap is possible and a double is not. */
export function createTicketNumbers(view: Pick<ViewReader, "highestNumber" | "createdBy">) {
  let last = 0;
  return {
    next(): number {
      last = Math.max(last, view.highestNumber()) + 1;
      return last;
    },
    /** The ticket that an earlier attempt of this message created. */
    createdBy: (cause: string): string | undefined => view.createdBy(cause)?.id,
  };
}
export type TicketNumbers = ReturnType<typeof createTicketNumbers>;
