import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { composeWords, type LaunchPlace } from "../../launch/place.ts";
import { plainWords } from "../../launch/resolved-project.ts";
import type { ProgramRun } from "../../processes/program-run.ts";
import { lastWords, runDocker } from "../../targets/compose/docker-cli.ts";
import { substitute, type Lookup } from "../../variables/templates.ts";
import { ResolvedModel } from "../resolved-model.ts";
import type { WrittenModel } from "../written-model.ts";

/** What Compose makes of a stack; `refusal` says why it makes nothing. */
export interface Resolution {
  readonly model?: ResolvedModel;
  readonly raw?: unknown;
  readonly refusal?: string;
}

export interface ResolveOptions {
  readonly place: LaunchPlace;
  /** Required variables without a value. */
  readonly missing: readonly string[];
  readonly written: WrittenModel | undefined;
  readonly lookup: Lookup;
}

/** Stands for a required value that nobody gave, so that the rest can be looked at. */
export const standIn = "dockfra-value-missing";

const timeoutMs = 30_000;

/**
 * Resolves a stack as a launch would; missing values have stand-ins, and a missing env file hides nothing else.
 * @throws `docker_missing`, `engine_unreachable`
 */
export async function resolveForPreflight(options: ResolveOptions): Promise<Resolution> {
  const { place, missing, written } = options;
  const run = await runConfig(options, []);
  if (run.exitCode === 0) return toResolution(JSON.parse(run.stdout));
  const refusal = plainWords(lastWords(run));
  if (written !== undefined && /env file .* not found/.test(refusal)) {
    const rest = await resolveWithoutEnvFiles(options, written);
    if (rest !== undefined) return rest;
  }
  // with a stand-in it is the missing value that is told, and not what comes of it
  return missing.length > 0 ? {} : { refusal: refusal.replaceAll(`${place.dir}/`, "") };
}

/** Compose ends at the first env file that is missing: all are taken out, and named in the model again. */
async function resolveWithoutEnvFiles(
  options: ResolveOptions,
  written: WrittenModel,
): Promise<Resolution | undefined> {
  const dir = await mkdtemp(join(tmpdir(), "dockfra-preflight-"));
  try {
    const named = written.envFiles();
    const resets = named.map(({ service }) => `  ${JSON.stringify(service)}: { env_file: !reset null }`);
    const file = join(dir, "resets.yaml");
    await writeFile(file, `services:\n${resets.join("\n")}\n`);
    const run = await runConfig(options, [file]);
    if (run.exitCode !== 0) return undefined;
    const { model, ...rest } = toResolution(JSON.parse(run.stdout));
    if (model === undefined) return rest;
    const services = { ...model.services };
    for (const { service, files } of named) {
      const settings = services[service];
      if (settings === undefined) continue;
      const env_file = files.flatMap(({ path, required }) => {
        const filled = substitute(path, options.lookup);
        return filled.ok ? [{ path: resolve(options.place.dir, filled.text), required }] : [];
      });
      services[service] = { ...settings, env_file };
    }
    return { ...rest, model: { ...model, services } };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function runConfig({ place, missing }: ResolveOptions, more: readonly string[]): Promise<ProgramRun> {
  const files = [...place.files, ...more];
  const standIns = missing.map((name) => [name, /PORT/.test(name) ? "0" : standIn] as const);
  return runDocker(
    [...composeWords({ ...place, files }), "config", "--format", "json", "--no-env-resolution"],
    {
      timeoutMs,
      env: { ...place.values, ...Object.fromEntries(standIns) },
    },
  );
}

function toResolution(raw: unknown): Resolution {
  const parsed = ResolvedModel.safeParse(raw);
  return parsed.success ? { model: parsed.data, raw } : { refusal: parsed.error.message.slice(0, 500) };
}
