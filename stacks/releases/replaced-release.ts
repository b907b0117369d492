import { z } from "zod";
import { conflict, type DockfraError, type ErrorParams } from "../../bus/kernel/errors.ts";
import type { LaunchPlace } from "../launch/place.ts";
import { resolveProject, type ResolvedProject } from "../launch/resolved-project.ts";
import { askApprovals } from "../policy/approvals.ts";
import { hashSetting } from "../policy/dangerous-setting.ts";
import { runDocker } from "../targets/compose/docker-cli.ts";
import { releaseLabel } from "../targets/compose/override.ts";
import { ReleaseStore } from "./release-store.ts";
import { namedParts } from "../discover/named-parts.ts";

/** A ticket's release that runs, and that a launch of the project's folder would replace by something else. */
export interface ReplacedRelease {
  /** By which a person accepts it. */
  readonly hash: string;
  /** `stack`, `release`, `ticket`, `commit`, `services` that differ, `hash`. */
  readonly params: ErrorParams;
}

export interface ReplaceOptions {
  readonly stateDir: string;
  /** Under which the stack's releases are listed. */
  readonly name: string;
  readonly place: LaunchPlace;
  /** The project's folder as Compose resolves it; default: as it is now. */
  readonly project?: ResolvedProject;
}

const lookMs = 30_000;

/** Finds the release of a ticket that a launch would replace; nothing where the folder brings up just the same. */
export async function findReplaced(options: ReplaceOptions): Promise<ReplacedRelease | undefined> {
  const { stateDir, name, place } = options;
  const store = new ReleaseStore(stateDir, name);
  const ofTickets = store.list().filter(({ ticket }) => ticket !== undefined);
  if (ofTickets.length === 0) return undefined;
  const running = await listReleases(place.project);
  const record = ofTickets.find(({ id }) => running.includes(id));
  if (record === undefined) return undefined;
  const { id, ticket = "", commit = "" } = record;
  const project = options.project ?? (await resolveProject(place));
  const services = findDifferent(store.config(id), project);
  if (services.length === 0) return undefined;
  const hash = hashSetting(name, "", `replace ${id}`);
  askApprovals(stateDir, [{ hash, what: `${place.stack}: replace ${id}` }]);
  const about = { stack: place.stack, release: id, ticket, commit: commit.slice(0, 7) };
  return { hash, params: { ...about, services: services.join(", "), hash } };
}

/** Refuses a launch until a person accepts what it replaces. */
export function launchReplaces({ params }: ReplacedRelease): DockfraError {
  const { stack, ticket, commit, services, hash } = params;
  return conflict(
    "launch_replaces_release",
    `"${stack}" runs ${commit} of ${ticket}; the project's folder would replace it (different: ${services}). To start it again as it is: dockfra restart ${stack}. To have the folder all the same: dockfra launch ${stack} --approve ${hash}`,
    { params },
  );
}

/** Releases that containers of a project run. */
async function listReleases(project: string): Promise<string[]> {
  const filters = [`label=com.docker.compose.project=${project}`, `label=${releaseLabel}`];
  const words = filters.flatMap((filter) => ["--filter", filter]);
  const format = `{{.Label "${releaseLabel}"}}`;
  const { stdout } = await runDocker(["ps", ...words, "--format", format], { timeoutMs: lookMs });
  return [...new Set(stdout.split("\n").filter((line) => line !== ""))];
}

const Config = z.looseObject({
  services: namedParts(z.record(z.string(), z.unknown())).default({}),
});

/** Services that are built, from whatever files, or whose settings differ. */
function findDifferent(config: string | undefined, { services }: ResolvedProject): string[] {
  const ran = Config.parse(config === undefined ? {} : JSON.parse(config)).services;
  const names = [...new Set([...Object.keys(ran), ...Object.keys(services)])];
  return names.filter((name) => {
    const { [name]: now } = services;
    if (now === undefined || ran[name] === undefined) return true;
    return (now.build !== undefined && now.build !== null) || toText(now) !== toText(ran[name]);
  });
}

/** Settings in one order, without what a deploy adds or moves: its labels, and where files of the release are. */
function toText(service: Readonly<Record<string, unknown>>): string {
  const { labels: all, volumes: mounts, ...settings } = service;
  const labels = Object.entries(toRecord(all)).filter(([key]) => !key.startsWith("dockfra."));
  const volumes = (Array.isArray(mounts) ? mounts : []).map((mount: unknown) => {
    const { source, type, ...rest } = toRecord(mount);
    return type === "bind" ? { type, ...rest } : { type, source, ...rest };
  });
  const entries = Object.entries({ ...settings, labels: Object.fromEntries(labels), volumes });
  return JSON.stringify(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    sortKeys,
  );
}

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
