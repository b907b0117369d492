import { benchTickets, ticketTable } from "./tickets.ts";

const usage = "npm run bench -- <tickets> [--json]";
const [name, ...flags] = process.argv.slice(2);
const json = flags.includes("--json");

async function run(): Promise<string> {
  switch (name) {
    case "tickets": {
      const figures = await benchTickets();
      return json ? JSON.stringify(figures) : ticketTable(figures);
    }
    default:
      process.exitCode = 2;
      return usage;
  }
}
process.stdout.write(`${await run()}\n`);
