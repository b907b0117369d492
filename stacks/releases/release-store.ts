import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readIfThere, writeDurably } from "../targets/durable-file.ts";
import type { DeployOutcome, ReleaseContents, ReleaseRef } from "../targets/target.ts";
import { folderCommit } from "./folder-release.ts";
import { ReleaseRecord } from "./release-record.ts";

/** Who asked for a release to run, and why. */
export interface ReleaseAuthor {
  readonly by: string;
  readonly ticket?: string | undefined;
}

export interface RunStart extends ReleaseAuthor {
  readonly release: ReleaseRef;
  readonly commandId: string;
}

const keptRecords = 50;
const recordFile = "record.json";
const configFile = "config.json";

/** The releases of one stack: what each was made of, who wanted it and how it went; files are 0600. */
export class ReleaseStore {
  readonly #dir: string;
  readonly #stack: string;

  constructor(stateDir: string, stack: string) {
    this.#dir = join(stateDir, "releases", stack, "records");
    this.#stack = stack;
  }

  /** Every record, newest first; what cannot be read as one is left out. */
  list(): ReleaseRecord[] {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    return readdirSync(this.#dir)
      .flatMap((name) => this.#read(name) ?? [])
      .toSorted((a, b) => b.atMs - a.atMs || b.ranAtMs - a.ranAtMs);
  }

  /** The release that ran last and was neither put back nor taken away. */
  current(): ReleaseRecord | undefined {
    return this.list()
      .filter(({ outcome }) => outcome === "deployed")
      .toSorted((a, b) => b.ranAtMs - a.ranAtMs)[0];
  }

  /** The release that ran before another one did. */
  before({ id, ranAtMs }: Pick<ReleaseRecord, "id" | "ranAtMs">): ReleaseRecord | undefined {
    return this.list()
      .filter((one) => one.outcome === "deployed" && one.id !== id && one.ranAtMs <= ranAtMs)
      .toSorted((a, b) => b.ranAtMs - a.ranAtMs)[0];
  }

  /** Notes that a release is about to run, before anything is done. */
  begin({ release, commandId, by, ticket }: RunStart): ReleaseRecord {
    const known = this.#read(release.releaseId);
    const nowMs = Date.now();
    if (known?.commandId === commandId) return known;
    const record: ReleaseRecord = {
      version: 1,
      ...(known ?? { images: [], by, ...(ticket === undefined ? {} : { ticket }) }),
      ...{ id: release.releaseId, stack: this.#stack, commandId },
      ...(release.commit === folderCommit ? {} : { commit: release.commit }),
      ...{ atMs: known?.atMs ?? nowMs, ranAtMs: nowMs },
    };
    // a release that ran before stays one while it is brought back
    if (known?.outcome !== "deployed") delete record.outcome;
    this.#write(record);
    return record;
  }

  /** Notes how a run ended, with what the release was made of where that is known. */
  finish(id: string, outcome: DeployOutcome, contents: ReleaseContents | undefined): void {
    const record = this.#read(id);
    if (record === undefined) return;
    delete record.reason;
    const isDeployed = outcome.outcome === "deployed";
    // one that ran before and did not come up this time can be tried again
    const keeps = !isDeployed && record.outcome === "deployed";
    this.#write({
      ...record,
      outcome: keeps ? "reverted" : outcome.outcome,
      url: outcome.url,
      ...(outcome.outcome === "deployed" ? {} : { reason: outcome.reason.message.slice(0, 4_000) }),
      ...(contents ? { images: [...contents.images] } : {}),
    });
    if (contents) writeDurably(join(this.#dir, id, configFile), contents.config);
    this.#prune();
  }

  /** Notes a release whose run is over. */
  add(record: Omit<ReleaseRecord, "version" | "stack">, contents: ReleaseContents | undefined): void {
    const images = contents === undefined ? record.images : [...contents.images];
    this.#write({ version: 1, stack: this.#stack, ...record, images });
    if (contents) writeDurably(join(this.#dir, record.id, configFile), contents.config);
    this.#prune();
  }

  /** Notes that a release was started again just as it ran; says whether it is known. */
  again(id: string): boolean {
    const record = this.#read(id);
    if (record === undefined) return false;
    this.#write({ ...record, ranAtMs: Date.now(), outcome: "deployed" });
    return true;
  }

  /** Notes that a release was taken away again after it had run. */
  revert(id: string, reason: string): void {
    const record = this.#read(id);
    if (record?.outcome === "deployed")
      this.#write({ ...record, outcome: "reverted", reason: reason.slice(0, 4_000) });
  }

  /** The resolved configuration of a release, with secrets; `undefined` where it was not kept. */
  config(id: string): string | undefined {
    return this.#read(id) && readIfThere(join(this.#dir, id, configFile));
  }

  #read(id: string): ReleaseRecord | undefined {
    if (!ReleaseRecord.shape.id.safeParse(id).success) return undefined;
    const text = readIfThere(join(this.#dir, id, recordFile));
    return text === undefined ? undefined : ReleaseRecord.safeParse(parseJson(text)).data;
  }

  #write(record: ReleaseRecord): void {
    const dir = join(this.#dir, record.id);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeDurably(join(dir, recordFile), JSON.stringify(record));
  }

  #prune(): void {
    const current = this.current()?.id;
    for (const { id } of this.list().slice(keptRecords))
      if (id !== current) rmSync(join(this.#dir, id), { recursive: true, force: true });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // a record that was damaged is as good as none
    return undefined;
  }
}
