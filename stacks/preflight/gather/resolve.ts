import { fixOverrideFiles } from "../../fix/override-file.ts";
import { composeWords, type LaunchPlace } from "../../launch/place.ts";
import { plainWords } from "../../launch/resolved-project.ts";
import { lastWords, runDocker } from "../../targets/compose/docker-cli.ts";
import { ResolvedModel } from "../resolved-model.ts";

/** What Compose makes of a stack; `refusal` says why it makes nothing. */
export interface Resolution {
  readonly model?: ResolvedModel;
  readonly raw?: unknown;
  readonly refusal?: string;
}

/** Stands for a required value that nobody gave, so that the rest can be looked at. */
export const standIn = "dockfra-value-missing";

const timeoutMs = 30_000;

/** Resolves a stack as a launch would; missing values have stand-ins. @throws `docker_missing`, `engine_unreachable` */
export async function resolveForPreflight(
  place: LaunchPlace,
  missing: readonly string[],
  stateDir: string,
): Promise<Resolution> {
  const files = [...new Set([...place.files, ...fixOverrideFiles(stateDir, place.project)])];
  const standIns = missing.map((name) => [name, /PORT/.test(name) ? "0" : standIn] as const);
  const run = await runDocker(
    [...composeWords({ ...place, files }), "config", "--format", "json", "--no-env-resolution"],
    { timeoutMs, env: { ...place.values, ...Object.fromEntries(standIns) } },
  );
  if (run.exitCode === 0) {
    const raw: unknown = JSON.parse(run.stdout);
    const parsed = ResolvedModel.safeParse(raw);
    return parsed.success ? { model: parsed.data, raw } : { refusal: parsed.error.message.slice(0, 500) };
  }
  // with a stand-in it is the missing value that is told, and not what comes of it
  return missing.length > 0 ? {} : { refusal: plainWords(lastWords(run)) };
}
