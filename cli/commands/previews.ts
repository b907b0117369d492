import type { Command } from "commander";
import { attach } from "../invocation.ts";

/** Copies of stacks for tickets, and what went wrong in production: `preview`, `incidents`. */
export function addPreviewCommands(program: Command): void {
  const preview = program
    .command("preview")
    .description("isolated copies of a stack, one per ticket, from its branch");
  attach(
    preview.command("list", { isDefault: true }).description("every preview, its URL and when it closes"),
    async () => (await import("../stacks/previews.ts")).listPreviews,
  );
  attach(
    preview
      .command("open")
      .description("build a ticket's branch and run it beside the stack, until its checks were taken")
      .argument("<ticket>", "the ticket, as T-0001 or 1")
      .option("--detach", "do not wait"),
    async () => (await import("../stacks/previews.ts")).openPreview,
  );
  attach(
    preview
      .command("close")
      .description("take a ticket's preview away, with its data")
      .argument("<ticket>", "the ticket, as T-0001 or 1"),
    async () => (await import("../stacks/previews.ts")).closePreview,
  );
  attach(
    program.command("incidents").description("what went wrong on what runs, and the ticket of each"),
    async () => (await import("../stacks/incidents.ts")).listIncidents,
  );
}
