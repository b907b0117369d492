import { benchBuiltIn, builtInTable } from "./built-in.ts";
import { benchDiscovery, discoveryTable } from "./discovery.ts";
import { benchMemory, benchUp, memoryTable, upTable } from "./installation.ts";
import { benchLaunch, launchTable } from "./launch.ts";
import { benchLogs, logTable } from "./logs.ts";
import { benchRoles, roleTable } from "./roles.ts";
import { benchTickets, ticketTable } from "./tickets.ts";

const usage =
  "npm run bench -- <tickets | discovery | memory | up | roles | built-in | logs | launch> [--json]";
const [name, ...flags] = process.argv.slice(2);
const json = flags.includes("--json");

async function show<T>(figures: Promise<T>, toTable: (figures: T) => string): Promise<string> {
  return json ? JSON.stringify(await figures) : toTable(await figures);
}

async function run(): Promise<string> {
  switch (name) {
    case "tickets":
      return show(benchTickets(), ticketTable);
    case "discovery":
      return show(benchDiscovery(), discoveryTable);
    case "memory":
      return show(benchMemory(), memoryTable);
    case "up":
      return show(benchUp(), upTable);
    case "roles":
      return show(benchRoles(), roleTable);
    case "built-in":
      return show(benchBuiltIn(), builtInTable);
    case "logs":
      return show(benchLogs(), logTable);
    case "launch":
      return show(benchLaunch(), launchTable);
    default:
      process.exitCode = 2;
      return usage;
  }
}
process.stdout.write(`${await run()}\n`);
