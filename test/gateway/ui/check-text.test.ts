import fc from "fast-check";
import { expect, test } from "vitest";
import { TicketCheck } from "../../../bus/messages/ticket.ts";
import { parseCheckSentence } from "../../../stacks/checks/sentence.ts";
import { readCheck, readChecks, writeCheck } from "../../../gateway/ui/src/tickets/check-text.ts";
