import { newId } from "../../bus/kernel/ids.ts";
import type { ErrorInfo, ErrorParams } from "../../bus/kernel/errors.ts";
import type { Evidence } from "../../bus/messages/checks.ts";
import type { FeedWriter } from "../../bus/ports/feed.ts";
import { runChecks } from "../../stacks/checks/check-run.ts";
import { folderCommit } from "../../stacks/releases/folder-release.ts";
import type { ReleaseRecord } from "../../stacks/releases/release-record.ts";
import { ReleaseStore } from "../../stacks/releases/release-store.ts";
import { checksFailed } from "../../stacks/targets/compose/up-failure.ts";
import type { DeployOptions, DeployOutcome, ReleaseRef, Target } from "../../stacks/targets/target.ts";
import { formatCheck } from "../../stacks/checks/check-sentence.ts";
import { askProject, type Facts, type RepoFact, type StackFact } from "../runtime/project.ts";
import { findCommit } from "./manual-commit.ts";
import { assertLaneFree, findPlace, withDevice } from "./manual-place.ts";
import { chooseRelease } from "./release-list.ts";
import { runRecorded } from "./release-runs.ts";
import { prepareRelease, readProjectAt, withCheckTree, type MonitorServices } from "./services.ts";

/** What changes and looks at stacks for people share. */
export interface ManualServices extends MonitorServices {
  readonly tell: FeedWriter["tell"];
}

/** A stack or a device, with the repository that its releases come from. */
export interface Place {
  readonly facts: Facts;
  readonly stack: StackFact;
  readonly repo: RepoFact;
}

/** Who wants a change, and how it is followed. */
export interface ManualRequest extends Pick<DeployOptions, "onPoint" | "explain"> {
  readonly by: string;
  readonly stack: string;
  /** Ends the preparation, and where `cancels` is set the change too: what ran before is put back. */
  readonly signal: AbortSignal;
  readonly cancels?: boolean;
  readonly line: (text: string) => void;
}

export interface ManualResult {
  readonly stack: string;
  readonly commit: string;
  readonly releaseId: string;
  readonly url: string;
  readonly outcome: DeployOutcome["outcome"];
  readonly reason?: ErrorInfo;
  readonly logTail: readonly string[];
}

/** Finds what a name means. @throws `stack_unknown`, `stack_repo_unclear` */
export async function locatePlace(services: MonitorServices, name: string): Promise<Place> {
  const facts = await askProject(services.client);
  return { facts, ...findPlace(services, facts, name) };
}

/** Makes the target of a place as the project's file says at a commit. */
export async function targetAt(
  services: MonitorServices,
  { facts, stack, repo }: Place,
  commit: string,
  dir?: string,
): Promise<Target> {
  const project = await readProjectAt(services, facts, repo, commit);
  return services.chooseTarget(withDevice(services, project, stack, repo), stack, dir);
}

/** Takes the project's checks on what runs: commands too, because only the operator's own file has a say here. */
export async function takeProjectChecks(
  services: MonitorServices,
  { facts, repo, stack }: Place,
  {
    release,
    target,
    url,
    signal,
  }: {
    readonly release: ReleaseRef;
    readonly target: Target;
    readonly url: string;
    readonly signal: AbortSignal;
  },
): Promise<Evidence[]> {
  if (facts.checks.length === 0) return [];
  return withCheckTree(services, { release, repo, stack }, signal, (cwd) =>
    runChecks(facts.checks, {
      ...{ baseUrl: url, cwd, signal, allowCommands: true, runCommand: services.sandbox.run },
      readLog: () => target.logs({ lines: 2_000 }),
      ...(services.fetchPage ? { fetchPage: services.fetchPage } : {}),
    }),
  );
}

/** Brings the base branch, or a commit, up on a stack: all of it with the project's checks, or everything put back. */
export async function deployByHand(
  services: ManualServices,
  request: ManualRequest & { readonly commit?: string | undefined },
): Promise<ManualResult> {
  const { stack: name, signal } = request;
  const place = await locatePlace(services, name);
  await assertLaneFree(services, name);
  const commit = await findCommit(services, place.repo, request.commit, signal);
  const releaseId = `manual.${newId().slice(0, 16)}`;
  const release = await prepareRelease(services, { ...place, commit, releaseId }, signal);
  const target = await targetAt(services, place, commit, release.dir);
  const change = { release, commandId: releaseId };
  const mayBegin = mayBeginOf(services, request);
  const outcome = await runRecorded(
    { ...change, ...services, target, mayBegin, by: request.by },
    async () => {
      tellProgress(services, name, "deploy_started", { stack: name, commit });
      const before = target.proves === true ? undefined : await findRunning(services, place, target, signal);
      const tried = await target.deploy(change, toOptions(services, request, place, { release, target }));
      if (tried.outcome !== "deployed" || target.proves === true) return tried;
      return proveAfterwards(services, place, { tried, target, release, before, signal });
    },
  );
  return toResult(services, { release, outcome });
}

/** Which release is to come back. */
export interface RollbackRequest extends ManualRequest {
  readonly release?: string | undefined;
  readonly data?: boolean | undefined;
}

/** Puts an earlier release of a commit back: the one before where none is named, with its data only where that is asked for. */
export async function rollbackByHand(
  services: ManualServices,
  request: RollbackRequest,
): Promise<ManualResult> {
  const { stack: name, signal } = request;
  const place = await locatePlace(services, name);
  await assertLaneFree(services, name);
  const base = await findCommit(services, place.repo, undefined, signal);
  const status = await (await targetAt(services, place, base)).status();
  const releases = await listReleases(services, name);
  const past = chooseRelease(name, releases, status, request.release);
  const commit = await findCommit(services, place.repo, past.commit, signal);
  const release = await prepareRelease(services, { ...place, commit, releaseId: past.id }, signal);
  const target = await targetAt(services, place, commit, release.dir);
  const change = { release, commandId: `manual.${newId().slice(0, 16)}` };
  const restore = { ...change, ...(request.data === true ? { data: true } : {}) };
  const mayBegin = mayBeginOf(services, request);
  const outcome = await runRecorded({ ...change, ...services, target, mayBegin, by: request.by }, () => {
    tellProgress(services, name, "restore_started", { stack: name, commit });
    return target.restore(restore, toOptions(services, request, undefined, { release, target }));
  });
  return toResult(services, { release, outcome });
}

/** A ticket may have taken the stack while a person's change was prepared, or waited. */
function mayBeginOf(services: MonitorServices, { stack, signal }: ManualRequest): () => Promise<void> {
  return async () => {
    signal.throwIfAborted();
    await assertLaneFree(services, stack);
  };
}

/** Every release of a stack that is known, newest first: its records, and what its deploy lane remembers beside them. */
async function listReleases({ client, stateDir }: MonitorServices, stack: string): Promise<ReleaseRecord[]> {
  const records = new ReleaseStore(stateDir, stack).list();
  const { lanes } = await client.ask("deploy.list", {});
  const lane = lanes.find((one) => one.stack === stack);
  const known = new Set(records.map(({ id }) => id));
  const others = [...(lane?.releases ?? []), ...(lane?.current ? [lane.current] : [])]
    .filter(({ id }) => !known.has(id))
    .map(({ id, commit, ticket, atMs, url }): ReleaseRecord => ({
      ...{ version: 1, id, stack, commit, by: ticket ?? "crew", atMs, ranAtMs: atMs, commandId: id },
      ...{ outcome: "deployed", url, images: [] },
    }));
  return [...records, ...others].toSorted((a, b) => b.atMs - a.atMs);
}

/** Tells the feed how far a stack is. */
export function tellProgress(
  { tell }: Pick<ManualServices, "tell">,
  stack: string,
  code: string,
  params: ErrorParams,
  text?: string,
): void {
  tell({
    ...{ source: "monitor", kind: "progress", atMs: Date.now(), code, params, flow: `deploy/${stack}` },
    ...(text === undefined ? {} : { text: text.slice(0, 8_000) }),
  });
}

function toOptions(
  services: ManualServices,
  { stack, line, signal, cancels = false, onPoint, explain }: ManualRequest,
  place: Place | undefined,
  { release, target }: { readonly release: ReleaseRef; readonly target: Target },
): DeployOptions {
  return {
    onProgress: (text) => {
      tellProgress(services, stack, "deploy_step", { stack }, text);
      line(text);
    },
    ...(cancels ? { signal } : {}),
    ...(onPoint ? { onPoint } : {}),
    ...(explain ? { explain } : {}),
    ...(place === undefined
      ? {}
      : { prove: () => proveRelease(services, place, { release, target, signal }) }),
  };
}

async function proveRelease(
  services: MonitorServices,
  place: Place,
  {
    release,
    target,
    signal,
  }: { readonly release: ReleaseRef; readonly target: Target; readonly signal: AbortSignal },
): Promise<Evidence[]> {
  const { url } = await target.status();
  return takeProjectChecks(services, place, { release, target, url, signal });
}

/** For a target that cannot take checks as a part of its change: what fails them is taken away again. */
async function proveAfterwards(
  services: MonitorServices,
  place: Place,
  {
    tried,
    target,
    release,
    before,
    signal,
  }: {
    readonly tried: DeployOutcome;
    readonly target: Target;
    readonly release: ReleaseRef;
    readonly before: ReleaseRef | undefined;
    readonly signal: AbortSignal;
  },
): Promise<DeployOutcome> {
  const evidence = await proveRelease(services, place, { release, target, signal });
  const bad = evidence.find(({ passed }) => !passed);
  if (bad === undefined) return tried;
  const { stack, releaseId } = release;
  const logTail = (await target.logs({ lines: 60 })).map((line) => line.slice(0, 2_000));
  const back = before && (await target.restore({ commandId: `${releaseId}.back`, release: before }));
  const reason = checksFailed(stack, formatCheck(bad.check), bad.observed);
  const outcome = back?.outcome === "deployed" ? "restored" : "not_restored";
  return { outcome, reason, evidence, url: tried.url, logTail };
}

async function findRunning(
  services: MonitorServices,
  place: Place,
  target: Target,
  signal: AbortSignal,
): Promise<ReleaseRef | undefined> {
  const { running, commit, releaseId } = await target.status();
  if (!running || commit === undefined || releaseId === undefined) return undefined;
  return prepareRelease(services, { ...place, commit, releaseId }, signal);
}

/** Says how a change ended, on the feed too; a release of no commit goes by its id. */
export function toResult(
  services: Pick<ManualServices, "tell">,
  { release, outcome }: { readonly release: ReleaseRef; readonly outcome: DeployOutcome },
): ManualResult {
  const { stack, releaseId } = release;
  const commit = release.commit === folderCommit ? releaseId : release.commit;
  tellProgress(services, stack, `deploy_${outcome.outcome}`, { stack, commit, url: outcome.url });
  const known = { stack, commit, releaseId, url: outcome.url, outcome: outcome.outcome };
  return outcome.outcome === "deployed"
    ? { ...known, logTail: [] }
    : { ...known, reason: outcome.reason, logTail: outcome.logTail };
}
