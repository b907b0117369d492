import type { AnyStateMachine, AnyStateNode } from "xstate";
import { listTransitions, pathOfNode, type ChartTransition } from "./chart.ts";

const chartName = "the whole chart";

/** Draws a chart as a Mermaid state diagram: guards in brackets, delays with "after". */
export function toMermaid(machine: AnyStateMachine): string {
  const transitions = listTransitions(machine);
  const lines = [
    "stateDiagram-v2",
    "direction TB",
    ...Object.values(machine.root.states).flatMap((node) => drawState(node, transitions)),
    `[*] --> ${idOf(initialOf(machine.root))}`,
    ...edgesWithin("", transitions),
  ];
  return lines.map((line, index) => (index === 0 ? line : `  ${line}`)).join("\n");
}

/** Lists what states take without leaving, as rows of a table: where, event, guard. */
export function toStayingRows(machine: AnyStateMachine): readonly string[] {
  return listTransitions(machine)
    .filter(({ target }) => target === undefined)
    .map(({ source, event, guard, definition }) => {
      const does = definition.actions.map(nameOfAction).join(", ") || "nothing";
      return `| ${source || chartName} | \`${event}\` | ${guard ? `\`${guard}\`` : ""} | ${does} |`;
    });
}

function nameOfAction(action: unknown): string {
  const type = typeof action === "string" ? action : (action as { readonly type: string }).type;
  return type === "send" ? "answers" : `\`${type}\``;
}

function drawState(node: AnyStateNode, transitions: readonly ChartTransition[]): readonly string[] {
  const path = pathOfNode(node);
  const children = Object.values(node.states);
  if (children.length === 0) return [`state "${node.key}" as ${idOf(path)}`];
  return [
    `state "${node.key}" as ${idOf(path)} {`,
    `  [*] --> ${idOf(initialOf(node))}`,
    ...children.flatMap((child) => drawState(child, transitions)).map((line) => `  ${line}`),
    ...edgesWithin(path, transitions).map((line) => `  ${line}`),
    "}",
  ];
}

/** The arrows whose innermost common parent is this state, one per pair, their labels line by line. */
function edgesWithin(parent: string, transitions: readonly ChartTransition[]): readonly string[] {
  const labels = new Map<string, string[]>();
  for (const transition of transitions) {
    const { source, target } = transition;
    if (target === undefined || commonParent(source, target) !== parent) continue;
    const arrow = `${idOf(source)} --> ${idOf(target)}`;
    labels.set(arrow, [...(labels.get(arrow) ?? []), labelOf(transition)]);
  }
  return [...labels].map(([arrow, texts]) => `${arrow}: ${[...new Set(texts)].join("<br/>")}`);
}

/** Writes what leads along an arrow: `deploy.failed (2) [thisRound]`. */
export function labelOf({ event, isDelay, guard, choice }: ChartTransition): string {
  const when = isDelay ? `after ${event}` : event || "at once";
  return [when, choice && `(${choice})`, guard && `[${guard}]`].filter(Boolean).join(" ");
}

function commonParent(a: string, b: string): string {
  const ours = a.split(".").slice(0, -1);
  const theirs = b.split(".").slice(0, -1);
  const length = ours.findIndex((part, index) => part !== theirs[index]);
  return ours.slice(0, length < 0 ? ours.length : length).join(".");
}

function initialOf(node: AnyStateNode): string {
  return pathOfNode(node.initial.target?.[0] ?? node);
}

function idOf(path: string): string {
  return path.replaceAll(".", "_");
}
