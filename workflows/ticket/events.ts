import type { ErrorInfo } from "../../bus/kernel/errors.ts";
import type { Evidence } from "../../bus/messages/checks.ts";
import type { CommandOutput, CommandType } from "../../bus/messages/commands.ts";
import type { Text } from "../../bus/messages/text.ts";
import type { TicketContext, EventMeta } from "./context.ts";

type Done<T extends CommandType> = {
  readonly type: `${T}.done`;
  readonly output: CommandOutput<T>;
} & EventMeta;
type Failed<T extends CommandType> = { readonly type: `${T}.failed`; readonly error: ErrorInfo } & EventMeta;
type Ended<T extends CommandType> = T extends CommandType ? Done<T> | Failed<T> : never;

type OnTicket<T extends string> = { readonly type: `ticket.${T}`; readonly note?: Text } & EventMeta;

/** The fields that an update may change. */
export type TicketChange = Partial<
  Pick<
    TicketContext,
    "title" | "description" | "priority" | "labels" | "checks" | "repo" | "stack" | "autonomy" | "assignedTo"
  >
>;

/** All that can happen to a ticket. */
export type TicketEvent =
  | Ended<
      | "manager.triage"
      | "autopilot.decide"
      | "developer.implement"
      | "manager.review"
      | "monitor.verify"
      | "developer.merge"
      | "host.checkout"
    >
  | ({ readonly type: "developer.implement.claimed"; readonly instance: string } & EventMeta)
  | OnTicket<"assign" | "pause" | "resume" | "cancel" | "reopen">
  | ({ readonly type: "ticket.approve"; readonly approvalHash?: string; readonly note?: Text } & EventMeta)
  | ({
      readonly type: "ticket.reject";
      readonly reasons: readonly string[];
      readonly note?: Text;
    } & EventMeta)
  | ({ readonly type: "ticket.comment"; readonly text: Text; readonly author?: string } & EventMeta)
  | ({ readonly type: "ticket.preview"; readonly url?: string } & EventMeta)
  | ({ readonly type: "incident.over"; readonly quietMs: number } & EventMeta)
  | ({ readonly type: "incident.back"; readonly text: Text } & EventMeta)
  | ({ readonly type: "ticket.update" } & TicketChange & EventMeta)
  | ({
      readonly type: "deploy.live";
      readonly round: number;
      readonly url: string;
      readonly candidate: CommandOutput<"developer.candidate">;
    } & EventMeta)
  | ({
      readonly type: "deploy.failed";
      readonly round: number;
      readonly error: ErrorInfo;
      readonly evidence: readonly Evidence[];
    } & EventMeta)
  | ({
      readonly type: "deploy.settled";
      readonly round: number;
      readonly outcome: "released" | "restored" | "withdrawn" | "not_restored";
      readonly error?: ErrorInfo;
    } & EventMeta);
