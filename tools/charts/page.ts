import { createDeployMachine, defaultDeployTimeouts } from "../../workflows/deploy/machine.ts";
import { incidentMachine } from "../../workflows/incident/machine.ts";
import { createTicketMachine } from "../../workflows/ticket/machine.ts";
import { defaultTicketTimeouts } from "../../workflows/ticket/policy.ts";
import { toMermaid, toStayingRows } from "./mermaid.ts";
import type { AnyStateMachine } from "xstate";

/** A generated page of the manual, by its path from the repository's root. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** Writes the pages of every chart. */
export function chartPages(): readonly Page[] {
  return [
    {
      path: "docs/charts/ticket.md",
      text: toPage("The ticket chart", createTicketMachine(defaultTicketTimeouts), defaultTicketTimeouts),
    },
    {
      path: "docs/charts/deploy.md",
      text: toPage(
        "The chart of a deploy lane",
        createDeployMachine(defaultDeployTimeouts),
        defaultDeployTimeouts,
      ),
    },
    { path: "docs/charts/incident.md", text: toPage("The incident chart", incidentMachine, {}) },
  ];
}

function toPage(title: string, machine: AnyStateMachine, timeouts: object): string {
  const delays = Object.entries(timeouts).map(([name, ms]) => `| \`${name}\` | ${Number(ms) / 60_000} |`);
  return `# ${title}

Made by \`npm run charts\` from \`workflows/${machine.id}/machine.ts\`; change it there. What the states mean is in
[workflows](../workflows.md). \`[guard]\` says when an arrow is taken, \`(1)\` that it is tried first, \`after\` names a delay.

\`\`\`mermaid
${toMermaid(machine)}
\`\`\`

${delays.length === 0 ? "" : `## Delays\n\n| delay | minutes |\n| --- | --- |\n${delays.join("\n")}\n\n`}## What is taken without leaving the state

| in | event | when | does |
| --- | --- | --- | --- |
${toStayingRows(machine).join("\n")}
`;
}
