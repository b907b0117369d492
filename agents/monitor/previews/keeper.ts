import { setTimeout as sleep } from "node:timers/promises";
import { DockfraError } from "../../../bus/kernel/errors.ts";
import { findPreviewProjects, removePreview } from "../../../stacks/previews/preview-engine.ts";
import type { PreviewSettings } from "../../../stacks/project-file/project-schema.ts";
import { dropPreview, listPreviews, type PreviewRecord } from "../../../stacks/previews/preview-record.ts";
import { isSameProcess } from "../../../stacks/processes/process-identity.ts";
import { askProject, ownProject } from "../../runtime/project.ts";
import { closePreview, type CloseReason } from "./close.ts";
import { openPreview } from "./open.ts";
import type { PreviewParts } from "./previews.ts";

export interface KeeperOptions extends PreviewParts {
  readonly signal: AbortSignal;
  /** Between two looks; default 10 s. */
  readonly pauseMs?: number;
}

/** The engine is searched for what no record names at the start, and then each so many looks. */
const looksPerSearch = 30;
/** Where there is no preview and none is wanted, the project is asked for each so many looks. */
const quietLooks = 6;

/** Closes previews whose time is over, sweeps up what nobody knows of, and opens those that a review asks for, until the signal. */
export async function keepPreviews(options: KeeperOptions): Promise<void> {
  const { signal, log, pauseMs = 10_000 } = options;
  let told = "";
  /** Work that a preview was opened for already, whatever came of it. */
  const tried = new Set<string>();
  let isWanted = true;
  for (let look = 0; !signal.aborted; look++) {
    try {
      const isQuiet = !isWanted && listPreviews(options.services.stateDir).length === 0;
      if (!isQuiet || look % quietLooks === 0) isWanted = await keepOnce(options, look, tried);
      told = "";
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      // an engine or a bus that is away is told once
      if (text !== told && !signal.aborted) log.warn({ err: error }, "previews could not be looked after");
      told = text;
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Looks once; gives whether previews are opened by themselves. */
async function keepOnce(options: KeeperOptions, look: number, tried: Set<string>): Promise<boolean> {
  const [asked] = await Promise.allSettled([askProject(options.services.client).then(ownProject)]);
  const limits = asked.status === "fulfilled" ? asked.value?.previews : undefined;
  await sweepPreviews(options, look % looksPerSearch === 0, limits);
  // what is over goes also while nobody can say what is wanted now
  if (asked.status === "rejected") throw asked.reason;
  if (limits?.auto !== true) return false;
  await openForReviews(options, tried);
  return true;
}

/**
 * Closes each preview that is not wanted any more, or is too old or one too many for the limits of now, and removes what the engine has of
 * ones that no record names.
 */
export async function sweepPreviews(
  parts: PreviewParts,
  searchesEngine = true,
  limits?: PreviewSettings,
): Promise<void> {
  const { services } = parts;
  const records = listPreviews(services.stateDir);
  const running = records.filter(({ state }) => state !== "failed");
  const surplus = new Set(limits ? running.slice(0, Math.max(0, running.length - limits.max)) : []);
  for (const record of records) {
    if (record.worker && isSameProcess(record.worker)) continue;
    const why = (await whyOver(parts, record, limits)) ?? (surplus.has(record) ? "too_many" : undefined);
    if (why === undefined) continue;
    if (record.state === "failed" && why !== "ticket_over") dropPreview(services.stateDir, record.project);
    else await closePreview(parts, record.ticket, why);
  }
  if (!searchesEngine) return;
  const known = new Set(listPreviews(services.stateDir).map(({ project }) => project));
  for (const project of await engineProjects(services.root))
    if (!known.has(project)) await removePreview(project);
}

/** Without an engine there is nothing of a preview. */
async function engineProjects(root: string): Promise<Set<string>> {
  try {
    return await findPreviewProjects(root);
  } catch (error) {
    if (error instanceof DockfraError && ["docker_missing", "engine_unreachable"].includes(error.code))
      return new Set();
    throw error;
  }
}

async function whyOver(
  { services }: PreviewParts,
  record: PreviewRecord,
  limits: PreviewSettings | undefined,
): Promise<CloseReason | undefined> {
  if (record.state === "building") return "cut_off";
  if (record.state === "closing") return "asked";
  const maxAgeMs = (limits?.max_age_h ?? Infinity) * 3_600_000;
  if (Math.min(record.expiresAtMs, record.sinceMs + maxAgeMs) <= Date.now()) return "expired";
  try {
    const { state } = await services.client.ask("ticket.show", { id: record.ticket });
    return state === "closed" || state === "cancelled" ? "ticket_over" : undefined;
  } catch (error) {
    if (error instanceof DockfraError && error.kind === "not_found") return "ticket_over";
    throw error;
  }
}

/** Opens a preview for each ticket whose review has begun. */
async function openForReviews(options: KeeperOptions, tried: Set<string>): Promise<void> {
  const { services, signal, log } = options;
  const { tickets } = await services.client.ask("ticket.list", { state: ["reviewing", "approving"] });
  for (const { id, work } of tickets) {
    const key = `${id} ${work?.commit ?? ""}`;
    const isOpen = listPreviews(services.stateDir).some(
      (one) => one.ticket === id && one.commit === work?.commit,
    );
    if (work === undefined || isOpen || tried.has(key) || signal.aborted) continue;
    tried.add(key);
    try {
      await openPreview(options, id, {
        signal,
        log: (line) => log.debug({ ticket: id }, line),
        step: () => undefined,
      });
    } catch (error) {
      log.warn({ err: error, ticket: id }, "a preview was not opened");
    }
  }
}
