import { Option, type Command } from "commander";
import { attach } from "../invocation.ts";
import { collect, parseCount, parseSeconds } from "./values.ts";

const priorityNames = ["low", "normal", "high", "critical"];
const autonomyNames = ["manual", "assisted", "autonomous"];

/** `ticket …` and `deploy …`: what people say to the crew. */
export function addTicketCommands(program: Command): void {
  const ticket = program.command("ticket").description("hand in tickets, watch them, decide");
  attach(
    withFields(
      ticket
        .command("create")
        .description("hand in a ticket")
        .argument("[title]", "what is wanted, in one line"),
    )
      .option("--title <title>", "the same as an option")
      .option(
        "--file <file>",
        "take title (first heading) and description from a Markdown file, or - for stdin",
      )
      .option("--repo <name>", "the repository to change"),
    async () => (await import("../tickets/create.ts")).createTicket,
  );
  attach(
    ticket
      .command("list")
      .description("all tickets, newest first")
      .option("--state <state>", "only those in this state; repeatable", collect)
      .addOption(new Option("--priority <priority>", "only those of this priority").choices(priorityNames))
      .option("--assigned-to <name>", "only those of one assignee")
      .option("--limit <n>", "how many at most", parseCount, 100),
    async () => (await import("../tickets/list.ts")).listTickets,
  );
  attach(
    onTicket(ticket, "show", "everything about one ticket: timeline, work, evidence, next step"),
    async () => (await import("../tickets/show.ts")).showTicket,
  );
  attach(
    onTicket(ticket, "comment", "add a comment").argument("<text>", "the comment, or - for stdin"),
    async () => (await import("../tickets/change.ts")).commentTicket,
  );
  attach(
    withFields(onTicket(ticket, "update", "change what a ticket says"))
      .option("--title <title>", "a new title")
      .option("--repo <name>", "the repository to change"),
    async () => (await import("../tickets/change.ts")).updateTicket,
  );
  attach(
    onTicket(ticket, "approve", "let a ticket go on to its deploy and merge").option(
      "--note <text>",
      "a word with it",
    ),
    async () => (await import("../tickets/decide.ts")).approveTicket,
  );
  attach(
    onTicket(ticket, "reject", "send a ticket back to work")
      .requiredOption("--reason <text>", "what has to change; repeatable", collect)
      .option("--note <text>", "a word with it"),
    async () => (await import("../tickets/decide.ts")).rejectTicket,
  );
  for (const [verb, what] of moves) {
    attach(onTicket(ticket, verb, what).option("--note <text>", "a word with it"), async () =>
      (await import("../tickets/decide.ts")).moveTicket(verb),
    );
  }
  attach(
    onTicket(
      ticket,
      "wait",
      "print the timeline as it happens, until the ticket is closed, blocked or cancelled",
    )
      .option("--for <state>", "wait for this state")
      .option("--timeout <seconds>", "give up after so long", parseSeconds),
    async () => (await import("../tickets/wait.ts")).waitTicket,
  );

  const deploy = program
    .command("deploy")
    .description("bring up the base branch on a stack or a device, without a ticket")
    .argument("<stack>", "a stack of dockfra.yaml, or a device such as rpi3")
    .option("--commit <commit>", "this one (default: the base branch's last)")
    .option("--detach", "leave it to the monitor, and say the job's id");
  attach(deploy, async () => (await import("../stacks/releases.ts")).deployStack);
  attach(
    deploy.command("list").description("each stack's running release and queue"),
    async () => (await import("../tickets/deploys.ts")).listDeploys,
  );
  attach(
    program
      .command("rollback")
      .description("put an earlier release of a stack or a device back")
      .argument("<stack>", "the stack or device")
      .argument("[release]", "its id or commit (default: the one that ran before)")
      .option("--data", "with the data that was kept when it was replaced; what is there now is lost")
      .option("--detach", "leave it to the monitor, and say the job's id"),
    async () => (await import("../stacks/releases.ts")).rollbackStack,
  );
  attach(
    program
      .command("releases")
      .description("what ran on a stack: commit, ticket, who, when and how it went")
      .argument("<stack>", "the stack or device")
      .option("--diff <release>", "what this one changed in the resolved configuration")
      .option("--from <release>", "compared with this one (default: the one before)"),
    async () => (await import("../stacks/releases.ts")).showReleases,
  );
  attach(
    program
      .command("approve")
      .description("accept dangerous settings that a refused change or the preflight named")
      .argument("<hash...>", "16 digits each"),
    async () => (await import("../stacks/releases.ts")).approveSettings,
  );
  attach(
    program
      .command("verify")
      .description("take the project's checks on what runs now")
      .argument("<stack>", "the stack or device"),
    async () => (await import("../tickets/operate.ts")).verifyStack,
  );
}

const moves = [
  ["assign", "let the crew begin with a ticket"],
  ["pause", "hold a ticket where it is"],
  ["resume", "go on with a paused or blocked ticket"],
  ["cancel", "give a ticket up"],
  ["reopen", "take a closed or cancelled ticket up again"],
] as const;

function onTicket(parent: Command, name: string, description: string): Command {
  return parent.command(name).description(description).argument("<id>", "the ticket, T-0001 or 1");
}

function withFields(command: Command): Command {
  return command
    .option("--description <text>", "what is wanted, in full, or - for stdin")
    .option(
      "--check <check>",
      `what must be true on the running app, as GET / contains "x"; repeatable`,
      collect,
    )
    .option("--stack <name>", "the stack it is deployed to")
    .addOption(new Option("--autonomy <level>", "how much happens without you").choices(autonomyNames))
    .addOption(new Option("--priority <priority>", "how urgent it is").choices(priorityNames))
    .option("--label <label>", "a label; repeatable", collect);
}
