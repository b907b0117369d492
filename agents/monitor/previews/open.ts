import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { conflict, DockfraError } from "../../../bus/kernel/errors.ts";
import { identifyProcess, isSameProcess } from "../../../stacks/processes/process-identity.ts";
import { copyData } from "../../../stacks/previews/data-copy.ts";
import { countPorts, planPreview, type PortPlace } from "../../../stacks/previews/preview-compose.ts";
import {
  createPreview,
  previewLog,
  previewMemory,
  removePreview,
  startPreview,
} from "../../../stacks/previews/preview-engine.ts";
import { readPreviewFiles } from "../../../stacks/previews/preview-files.ts";
import { labelsOf } from "../../../stacks/previews/preview-labels.ts";
import { previewProject } from "../../../stacks/previews/preview-name.ts";
import {
  atRest,
  dropPreview,
  listPreviews,
  previewDir,
  savePreview,
  type PreviewRecord,
} from "../../../stacks/previews/preview-record.ts";
import { createRedactor } from "../../llm/redaction.ts";
import { readProjectAtRoot } from "../stack-service/project-reading.ts";
import { findSecretValues } from "../stack-service/secret-values.ts";
import { exportTree } from "../../git/export.ts";
import { sourceOf, type MonitorServices } from "../services.ts";
import { takePreviewChecks, type PreviewEvidence } from "./evidence.ts";
import { findFreePorts } from "./free-ports.ts";
import { findTicketPlace, treePlace, type TicketPlace } from "./preview-place.ts";
import { createProgress, tellPreview, type PreviewParts, type PreviewRun } from "./previews.ts";

/**
 * Opens a ticket's preview: a copy of its stack from its branch, on ports of its own, that was seen to run; one that runs already
 * with another commit is replaced.
 * @throws `preview_busy`, `preview_limit`, `preview_no_work`, `preview_failed`, `preview_reads_outside`
 */
export async function openPreview(
  parts: PreviewParts,
  ticketId: string,
  run: PreviewRun,
): Promise<PreviewRecord> {
  const { services } = parts;
  const ticket = await services.client.ask("ticket.show", { id: ticketId });
  if (ticket.state === "closed" || ticket.state === "cancelled")
    throw conflict(
      "preview_ticket_over",
      `${ticketId} is ${ticket.state}. Reopen it before you look at it.`,
      {
        params: { ticket: ticketId, state: ticket.state },
      },
    );
  const place = await findTicketPlace(services, ticket);
  const project = previewProject(place.own.project, ticketId);
  takeTurn(services, place, ticketId, project);
  const nowMs = Date.now();
  const worker = identifyProcess(process.pid);
  const { previews } = place.project;
  const begun: PreviewRecord = {
    ...{ version: 1, ticket: ticketId, stack: place.stack.name, project, state: "building", urls: {} },
    ...{
      commit: place.commit,
      sinceMs: nowMs,
      expiresAtMs: nowMs + Math.round(previews.max_age_h * 3_600_000),
    },
    ...{ leftOut: [], ...(worker ? { worker } : {}) },
  };
  dropPreview(services.stateDir, project);
  savePreview(services.stateDir, begun);
  try {
    await removePreview(project);
    await tellPreview(parts, ticketId, undefined);
    const record = await build(parts, place, begun, run);
    // the host only gets pages from where a record says that one is
    savePreview(services.stateDir, { ...record, ...(worker ? { worker } : {}), state: "building" });
    const evidence = await takePreviewChecks(parts, place, record, run.signal);
    await comment(parts, record, evidence);
    await tellPreview(parts, ticketId, record.url);
    savePreview(services.stateDir, record);
    return record;
  } catch (error) {
    await giveUp(parts, begun, run, error);
    throw error;
  }
}

/** @throws `preview_busy`, `preview_limit` */
function takeTurn({ stateDir }: MonitorServices, place: TicketPlace, ticket: string, project: string): void {
  const all = listPreviews(stateDir);
  const same = all.find((one) => one.project === project);
  if (same?.worker && isSameProcess(same.worker))
    throw conflict(
      "preview_busy",
      `The preview of ${ticket} is ${same.state} just now. Wait for it: dockfra preview list`,
      {
        params: { ticket, state: same.state },
      },
    );
  const { max } = place.project.previews;
  const others = all.filter((one) => one.project !== project && one.state !== "failed");
  if (others.length < max) return;
  const open = others.map((one) => one.ticket).join(", ") || "none";
  throw conflict(
    "preview_limit",
    `There may be ${max} previews at once, and these are open: ${open}. Close one: dockfra preview close ${others[0]?.ticket ?? "T-0001"}`,
    { params: { max, open } },
  );
}

async function build(
  { services }: PreviewParts,
  place: TicketPlace,
  begun: PreviewRecord,
  run: PreviewRun,
): Promise<PreviewRecord> {
  const { project, ticket } = begun;
  const { stack, repo, commit, ownDir, subDir, deploy, values, own } = place;
  const { root, stateDir, client } = services;
  const dir = previewDir(stateDir, project);
  const treeDir = join(dir, "tree");
  await exportTree({
    ...sourceOf(services, repo),
    commit,
    dir: treePlace(services, treeDir, repo),
    signal: run.signal,
  });
  // where it is mounted whole, users of the container read it; nobody else enters the directory around it
  chmodSync(treePlace(services, treeDir, repo), 0o755);
  const { sayings, profiles } = own;
  const files = await readPreviewFiles(
    {
      ...{ stack: stack.name, treeDir, subDir, ownDir, root, stateDir, values, sayings, profiles },
      ownProject: own.project,
    },
    run.signal,
  );
  const { memory_mb: memoryMb, data } = place.project.previews;
  const plan = planPreview(files.source, {
    ...{ project, commit: commit.slice(0, 12), labels: labelsOf(ticket, root), placeOf: files.placeOf },
    memoryBytes: memoryMb * 1_048_576,
    ports: await findFreePorts(client, project, countPorts(files.source)),
  });
  const file = join(dir, "preview-compose.json");
  writeFileSync(file, plan.text, { mode: 0o600 });
  for (const what of plan.leftOut) run.log(`left out of the preview: ${what}`);
  const names = Object.keys(files.source.services);
  const steps = (step: Parameters<PreviewRun["step"]>[1]): void =>
    names.forEach((name) => run.step(name, step));
  const work = {
    ...{ project, projectDir: files.projectDir, file, env: values, signal: run.signal, onLine: run.log },
    ...(run.started ? { onStarted: run.started } : {}),
  };
  steps("build");
  await createPreview(work);
  if (data === "copy")
    await copyData({
      from: place.own.project,
      to: project,
      places: plan.data,
      signal: run.signal,
      onLine: run.log,
    });
  steps("start");
  await startPreview(work, (deploy?.health_timeout_s ?? 60) * 1_000 + 30_000);
  steps("healthy");
  const urls = Object.fromEntries(
    plan.ports
      .filter(({ protocol }) => protocol === "tcp")
      .map((port) => [`${port.service}:${port.target}`, urlOf(port)]),
  );
  const front = findFront(plan.ports, deploy?.url);
  return {
    ...atRest(begun),
    ...{ state: "running", urls, leftOut: [...plan.leftOut], memoryBytes: await previewMemory(project) },
    ...(front === undefined ? {} : { url: urlOf(front) }),
  };
}

/** The port that stands for the one at which the stack itself is checked, else the first. */
function findFront(ports: readonly PortPlace[], url: string | undefined): PortPlace | undefined {
  const tcp = ports.filter(({ protocol }) => protocol === "tcp");
  const port = url === undefined ? "" : new URL(url).port || (url.startsWith("https:") ? "443" : "80");
  return tcp.find(({ stands }) => stands === port) ?? tcp[0];
}

function urlOf({ published }: PortPlace): string {
  return `http://127.0.0.1:${published}`;
}

async function comment(parts: PreviewParts, record: PreviewRecord, evidence: PreviewEvidence): Promise<void> {
  const { ticket, url = "no published port", stack, project, commit, leftOut } = record;
  const { passed, checks, text, artifact } = evidence;
  const lines = [
    `Preview of ${commit.slice(0, 12)} on ${stack}: ${url}`,
    ...Object.entries(record.urls).map(([name, at]) => `- ${name}: ${at}`),
    `It closes with the ticket, or by itself at ${new Date(record.expiresAtMs).toISOString()}. To close it: dockfra preview close ${ticket}`,
    ...(leftOut.length > 0 ? [`Left out: ${leftOut.join("; ")}`] : []),
    `Checks: ${passed} of ${checks} pass.`,
    ...text,
    `All that was seen, with the log: artifact ${artifact}`,
  ];
  await parts.services.client.ask("ticket.comment", {
    id: ticket,
    text: { head: lines.join("\n").slice(0, 8_000) },
  });
  const progress = createProgress(parts, ticket);
  progress("preview_opened", { stack, project, url, passed, checks });
}

/** A preview that did not come up leaves its record, so that people see why, and nothing on the engine. */
async function giveUp(
  parts: PreviewParts,
  begun: PreviewRecord,
  run: PreviewRun,
  error: unknown,
): Promise<void> {
  const { services, log } = parts;
  const { stateDir } = services;
  const { variables } = await readProjectAtRoot(services.root, stateDir);
  const { redact } = createRedactor(findSecretValues(variables).values);
  const reason = redact(error instanceof Error ? error.message : String(error));
  try {
    for (const line of await previewLog(begun.project, 50)) run.log(line);
    await removePreview(begun.project);
  } catch (second) {
    log.warn({ err: second }, "what a failed preview left could not be removed");
  }
  dropPreview(stateDir, begun.project);
  if (run.signal.aborted) return;
  savePreview(stateDir, { ...atRest(begun), state: "failed", reason: reason.slice(0, 2_000) });
  const code = error instanceof DockfraError ? error.code : "unexpected";
  const { ticket, stack } = begun;
  const progress = createProgress(parts, ticket);
  progress("preview_not_opened", { stack, reason: reason.slice(0, 500), why: code });
}
