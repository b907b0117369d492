import { z } from "zod";
import { defineTool, type Tool } from "./tool.ts";

/** Ends the work. */
export const finishTool: Tool = defineTool({
  name: "finish",
  description:
    "Ends the work on the ticket. Call it when the change is complete and the tests pass, or when nothing more can be done.",
  input: z.strictObject({
    summary: z.string().trim().min(1).max(2_000).describe("What was done, in a sentence or two, for people."),
  }),
  target: () => "",
  run: async ({ summary }) => ({ summary }),
});
