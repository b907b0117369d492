import type { Command } from "commander";
import { attach } from "../invocation.ts";

/** Why stacks do not run: `diagnose`, `fix`. */
export function addDiagnoseCommands(program: Command): void {
  attach(
    program
      .command("diagnose")
      .argument("[stack]", "which; default: all")
      .description("why something does not run, and what can be done about it")
      .option("--service <name>", "only what is about this service")
      .option("--analyse", "let the model say something too, where there is one"),
    async () => (await import("../stacks/diagnose.ts")).diagnose,
  );
  const fix = program.command("fix").description("do what a diagnosis offers");
  attach(
    fix
      .command("do", { isDefault: true })
      .description("do a fix, and prove that it runs")
      .argument("<id>", "as diagnose names it")
      .option("--yes", "also where it is not without risk"),
    async () => (await import("../stacks/fix.ts")).fix,
  );
  attach(
    fix.command("undo").description("take a fix back").argument("<id>", "as diagnose named it"),
    async () => (await import("../stacks/fix.ts")).undoFix,
  );
}
