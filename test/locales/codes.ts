import { symptomCodes } from "../../agents/monitor/incidents/symptom.ts";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { abilities } from "../../gateway/roles/abilities.ts";
import { logCodes } from "../../agents/shell/operations/log-rules.ts";
import { llmFaultCodes } from "../../agents/llm/fault.ts";
import { commands, needsClaim, type CommandType } from "../../bus/messages/commands.ts";
import { flowKinds } from "../../bus/messages/flow.ts";
import { ticketIntents } from "../../bus/messages/intents.ts";
import { roles, workers } from "../../bus/messages/principals.ts";
import { causeCodes, fixCodes } from "../../stacks/diagnose/codes.ts";
import { preflightCodes, preflightFixCodes } from "../../stacks/preflight/codes.ts";
import { suggestionCodes } from "../../stacks/suggest/codes.ts";
import { happeningCodes } from "../../stacks/watch/sense.ts";
import { knownVariables } from "../../stacks/variables/known-variables.ts";

const root = join(import.meta.dirname, "..", "..");
const rooms = ["bus", "workflows", "orchestrator", "stacks", "agents", "gateway", "cli"];

/** A code in the source, with the file it is in. */
export interface CodeUse {
  readonly code: string;
  readonly file: string;
}

/** Reads every source file of the rooms. */
function readSources(): { readonly file: string; readonly text: string }[] {
  return rooms
    .flatMap((room) => globSync(`${room}/**/*.ts`, { cwd: root }))
    .filter((file) => !file.includes("blueprints") && file !== "bus/kernel/errors.ts")
    .map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
}

const thrown =
  /\b(?:invalidInput|notFound|conflict|denied|unavailable|new DockfraError)\(\s*(?:"(?:invalid_input|not_found|conflict|denied|unavailable)",\s*)?"([a-z][a-z0-9_]*)",/g;
const written =
  /\bkind: "(?:invalid_input|not_found|conflict|denied|unavailable)",\s*code: "(?!internal")([a-z][a-z0-9_]*)"/g;
const found = /\bfinding\(\s*"([a-z][a-z0-9_]*)"/g;
const said = /\bt\(\s*"(wizard\.[a-z_.]+|title_missing)"/g;
const told = /\b(?:progress|decided|\w+\??\.tell)\(\s*"(?!orchestrator")([a-z][a-z0-9_]*)",/g;

/** Codes of errors that stand in the source as text. */
export function errorCodes(): CodeUse[] {
  return collect([thrown, written, found, said]);
}

/** Codes of the feed that stand in the source as text. */
export function feedCodes(): CodeUse[] {
  return collect([told]);
}

const ofLane = ["developer.candidate", "monitor.deploy", "monitor.restore"];
const laneEvents = ofLane.flatMap((type) => [`${type}.done`, `${type}.failed`]);

/** Codes that the source puts together, from the same lists. */
export function composedCodes(): string[] {
  return [
    ...workers.map((worker) => `${worker}_down`),
    ...eventCodes()
      .filter((code) => !code.startsWith("event.incident."))
      .map((code) => code.replace(/^event/, "happened")),
    ...laneEvents.map((type) => `happened.${type}`),
    ...roles.map((role) => `role.${role}`),
    ...abilities.map((ability) => `ability.${ability}`),
    ...["built_in", "project"].map((source) => `wizard.commands_${source}`),
    ...flowKinds.flatMap((kind) => [`${kind}_moved`, `${kind}_noted`]),
    ...["deployed", "restored", "not_restored"].map((outcome) => `deploy_${outcome}`),
    ...["approve", "rework", "block"].map((verdict) => `review_${verdict}`),
    ...["go", "wait"].map((decision) => `autopilot_${decision}`),
    ...["input", "output"].map((what) => `command_${what}_invalid`),
    ...["review_rejected", "approval_rejected"],
    ...llmFaultCodes,
    ...["runtime_fell_back", "runtime_process_stack"],
    ...symptomCodes.map((code) => `incident_${code}`),
    ...logCodes,
    ...causeCodes,
    ...fixCodes,
    ...preflightCodes,
    ...preflightFixCodes,
    ...suggestionCodes,
    ...happeningCodes,
    ...["image_update", "stacks_engine_back", "stacks_engine_lost"],
    "shell_denied",
    ...["llm_plan", "llm_text", "stacks_changed", "wizard.button.save_launch"],
    ...[...knownVariables.values()].flatMap((known) => [known.labelCode, known.groupCode, known.descCode]),
  ];
}

/** What can happen to a ticket, as its timeline names it. */
export function eventCodes(): string[] {
  const types = (Object.keys(commands) as CommandType[]).filter((type) => !ofLane.includes(type));
  return [
    ...Object.keys(ticketIntents),
    ...types.flatMap((type) => [
      `${type}.done`,
      `${type}.failed`,
      ...(needsClaim(type) ? [`${type}.claimed`] : []),
    ]),
    ...["incident.report", "incident.clear", "incident.over", "incident.back"],
    ...["deploy.live", "deploy.failed", "deploy.settled", "timeout"],
  ].map((type) => `event.${type}`);
}

function collect(patterns: readonly RegExp[]): CodeUse[] {
  return readSources().flatMap(({ file, text }) =>
    patterns.flatMap((pattern) =>
      [...text.matchAll(pattern)].map((match) => ({ code: match[1] ?? "", file })),
    ),
  );
}
