import type { IntentInput } from "../../bus/messages/intents.ts";
import { toText } from "../../bus/artifact-transfer.ts";
import type { IntentClient } from "../../bus/ports/intents.ts";
import { parseCheck } from "../../stacks/checks/check-sentence.ts";
import { readArgument } from "../terminal/input.ts";

/** The options that create and update share, as typed. */
export interface FieldOptions {
  readonly description?: string;
  readonly check?: readonly string[];
  readonly stack?: string;
  readonly autonomy?: "manual" | "assisted" | "autonomous";
  readonly priority?: "low" | "normal" | "high" | "critical";
  readonly label?: readonly string[];
}

type Fields = Pick<
  IntentInput<"ticket.update">,
  "description" | "checks" | "stack" | "autonomy" | "priority" | "labels"
>;

/** Makes a ticket's fields of the options; a long description is stored first. @throws `check_invalid` */
export async function readFields(bus: IntentClient, options: FieldOptions): Promise<Fields> {
  const { description, check, stack, autonomy, priority, label } = options;
  const checks = check?.map(parseCheck);
  return {
    ...(description === undefined ? {} : { description: await toText(bus, await readArgument(description)) }),
    ...(checks === undefined ? {} : { checks }),
    ...(stack === undefined ? {} : { stack }),
    ...(autonomy === undefined ? {} : { autonomy }),
    ...(priority === undefined ? {} : { priority }),
    ...(label === undefined ? {} : { labels: [...label] }),
  };
}
