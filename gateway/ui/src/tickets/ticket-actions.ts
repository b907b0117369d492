import type { Check } from "../../../../bus/messages/checks.ts";
import { useLive } from "../live/live-context.ts";
import { useTask, type Task } from "../ui/task.ts";
import type { Verb } from "./states.ts";

/** What goes with a verb. */
export interface VerbInput {
  readonly approvalHash?: string;
  readonly reasons?: readonly string[];
  readonly text?: string;
  readonly title?: string;
  readonly description?: string;
  readonly checks?: readonly Check[];
}

/** Asks for a change of a ticket; the change itself comes back over the socket, or is read where that is down. */
export function useVerb(id: string): Task<[verb: Verb | "comment" | "update", input?: VerbInput]> {
  const { call, read } = useLive();
  return useTask(async (verb: Verb | "comment" | "update", input: VerbInput = {}) => {
    await call(`/tickets/${id}/${verb}`, { body: input });
    read.takeTicket(await call(`/tickets/${id}`));
  });
}
