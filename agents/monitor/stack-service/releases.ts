import { existsSync } from "node:fs";
import { join } from "node:path";
import { invalidInput, notFound } from "../../../bus/kernel/errors.ts";
import type { QuestionInput } from "../../../bus/messages/questions.ts";
import { StackName } from "../../../bus/messages/ticket.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import { maskConfig, type Redact } from "../../../stacks/releases/masked-config.ts";
import { isKept } from "../../../stacks/releases/folder-release.ts";
import type { ReleaseRecord } from "../../../stacks/releases/release-record.ts";
import { ReleaseStore } from "../../../stacks/releases/release-store.ts";
import { diffTexts } from "../../../stacks/releases/text-diff.ts";
import { createRedactor } from "../../llm/redaction.ts";
import { loadComposeState } from "../../../stacks/targets/compose/compose-state.ts";
import { targetDirOf } from "../../../stacks/targets/select-target.ts";
import { listEngineProjects } from "../../../stacks/engine-projects/list.ts";
import { requireStackName } from "../watch/stack-names.ts";
import { listNameOf } from "../jobs/stack-places.ts";
import { toReleaseViews } from "../release-list.ts";
import { readProjectAtRoot, type ProjectReading } from "./project-reading.ts";
import { findSecretValues } from "./secret-values.ts";

export interface ReleaseServiceOptions {
  readonly bus: Pick<WorkerBus, "serveQuestion">;
  readonly root: string;
  readonly stateDir: string;
  readonly signal: AbortSignal;
}

const maxDiffLength = 262_144;

/** Answers until the signal which releases a stack had, and how two of them differ; secrets never leave it. */
export async function serveReleases({ bus, root, stateDir, signal }: ReleaseServiceOptions): Promise<void> {
  await Promise.all([
    bus.serveQuestion(
      "monitor.releases",
      async (input) => {
        const { stack } = input as QuestionInput<"monitor.releases">;
        const reading = await readProjectAtRoot(root, stateDir);
        const name = listNameOf(reading, stack, stateDir);
        const trees = join(stateDir, "releases", name);
        const store = openStore(stateDir, name);
        const { kept } = loadComposeState(targetDirOf(stateDir, name), name);
        const isRestorable = ({ id, commit }: Pick<ReleaseRecord, "id" | "commit">): boolean =>
          commit === undefined
            ? isKept(kept, id)
            : store.config(id) !== undefined || existsSync(join(trees, commit.slice(0, 12)));
        const { redact } = createRedactor(findSecretValues(reading.variables).values);
        const releases = toReleaseViews(store, isRestorable).slice(0, 200);
        if (releases.length === 0) await requireStack(reading, stack);
        return {
          releases: releases.map((release) =>
            release.reason === undefined ? release : { ...release, reason: redact(release.reason) },
          ),
        };
      },
      signal,
    ),
    bus.serveQuestion(
      "monitor.release-diff",
      async (input) => {
        const { stack, from, to } = input as QuestionInput<"monitor.release-diff">;
        const reading = await readProjectAtRoot(root, stateDir);
        const { redact } = createRedactor(findSecretValues(reading.variables).values);
        const store = openStore(stateDir, listNameOf(reading, stack, stateDir));
        if (store.list().length === 0) await requireStack(reading, stack);
        const diff = diffReleases(store, { stack, from, to }, redact);
        return { diff: diff.slice(0, maxDiffLength), cut: diff.length > maxDiffLength };
      },
      signal,
    ),
  ]);
}

/** Difference between two releases as people may see it; `from` defaults to the one before. @throws `release_unknown`, `release_config_missing` */
export function diffReleases(
  store: ReleaseStore,
  { stack, from, to }: { readonly stack: string; readonly from?: string | undefined; readonly to: string },
  redact: Redact,
): string {
  const releases = store.list();
  const find = (wanted: string): string => {
    const found = releases.find(
      ({ id, commit }) => id === wanted || (wanted.length >= 7 && commit?.startsWith(wanted)),
    );
    if (found) return found.id;
    const known = releases.map(({ id }) => id).join(", ") || "none";
    throw notFound("release_unknown", `"${stack}" has no release ${wanted}. There is: ${known}.`, {
      params: { stack, release: wanted, known },
    });
  };
  const later = find(to);
  const hasConfig = ({ id }: { id: string }): boolean => store.config(id) !== undefined;
  const before = releases.slice(releases.findIndex(({ id }) => id === later) + 1).find(hasConfig)?.id;
  const earlier = from === undefined ? before : find(from);
  const read = (id: string): string => {
    const config = store.config(id);
    if (config !== undefined) return config;
    throw notFound(
      "release_config_missing",
      `The configuration of release ${id} of "${stack}" was not kept: it did not run. See: dockfra releases ${stack}`,
      { params: { stack, release: id } },
    );
  };
  const next = read(later);
  const previous = earlier === undefined ? undefined : read(earlier);
  return diffTexts(
    previous === undefined ? "" : maskConfig(previous, redact),
    maskConfig(next, redact, previous),
    [earlier ?? "nothing", later],
  );
}

/** What runs from elsewhere is a stack too. @throws `stack_unknown` */
async function requireStack(reading: ProjectReading, stack: string): Promise<void> {
  const running = (await listEngineProjects()) ?? [];
  requireStackName(
    reading,
    stack,
    running.map(({ name }) => name),
  );
}

function openStore(stateDir: string, stack: string): ReleaseStore {
  if (StackName.safeParse(stack).success) return new ReleaseStore(stateDir, stack);
  throw invalidInput("stack_name_invalid", `"${stack}" is no name for a stack: use a-z, 0-9, - and _.`, {
    params: { stack },
  });
}
