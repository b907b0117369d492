import { Option, type Command } from "commander";
import { attach } from "../invocation.ts";
import { collect } from "./values.ts";

/** What the monitor does with stacks: `launch`, `restart`, `jobs`. */
export function addJobCommands(program: Command): void {
  attach(
    program
      .command("launch")
      .argument("[stacks...]", "which; default: all")
      .description("bring stacks up where they stand, and wait until every service runs")
      .addOption(
        new Option("--environment <name>", "which Compose files count").choices(["local", "production"]),
      )
      .option("--pull", "pull images anew")
      .option("--build", "build images anew")
      .option(
        "--approve <hash>",
        "accept a dangerous setting that the preflight named; again for more",
        collect,
      )
      .option("--force", "go on although something surely keeps a stack from starting")
      .option("--detach", "do not wait"),
    async () => (await import("../stacks/launch.ts")).launch,
  );
  attach(
    program
      .command("restart")
      .argument("<stack>", "which")
      .argument("[services...]", "which of its services; default: all")
      .description("start a stack's containers again, and wait until they run"),
    async () => (await import("../stacks/services.ts")).restartStack,
  );
  const jobs = program.command("jobs").description("what the monitor does and did with stacks");
  attach(
    jobs
      .command("list", { isDefault: true })
      .description("the last jobs, or one with its log")
      .argument("[id]"),
    async () => (await import("../stacks/jobs.ts")).showJobs,
  );
  attach(
    jobs.command("cancel").description("cancel a job; what ran before goes on").argument("<id>"),
    async () => (await import("../stacks/jobs.ts")).cancelJob,
  );
}
