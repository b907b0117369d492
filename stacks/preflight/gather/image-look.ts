import { z } from "zod";
import { runDocker } from "../../targets/compose/docker-cli.ts";
import type { ImageFacts } from "../facts.ts";
import { fewAtOnce } from "../../processes/few-at-once.ts";

const inspectMs = 15_000;
const registryMs = 10_000;
const atOnce = 4;
const mostImages = 60;

/** Finds out of each image whether the engine has it, else whether its registry does; registries have this long together. */
export async function lookAtImages(
  names: readonly string[],
  platform: string,
  { registriesMs = 20_000 } = {},
): Promise<ReadonlyMap<string, ImageFacts>> {
  const untilMs = performance.now() + registriesMs;
  const found = await fewAtOnce([...new Set(names)].slice(0, mostImages), atOnce, async (name) => {
    const here = await lookHere(name);
    if (here !== undefined) return [name, here] as const;
    const leftMs = Math.min(registryMs, untilMs - performance.now());
    const there = leftMs > 100 ? await lookInRegistry(name, platform, leftMs) : late;
    return [name, there] as const;
  });
  return new Map(found);
}

const late: ImageFacts = { is: "unreachable", reason: "no answer in time" };

async function lookHere(name: string): Promise<ImageFacts | undefined> {
  const format = "{{.Os}}/{{.Architecture}}{{if .Variant}}/{{.Variant}}{{end}} {{.Config.User}}";
  const run = await runDocker(["image", "inspect", "--format", format, "--", name], { timeoutMs: inspectMs });
  if (run.exitCode !== 0) return undefined;
  const [platform = "", user = ""] = run.stdout.trim().split(" ");
  return { is: "local", platform, user };
}

async function lookInRegistry(name: string, platform: string, timeoutMs: number): Promise<ImageFacts> {
  // a registry of this machine seldom has a certificate
  const plain = /^(?:127\.\d+\.\d+\.\d+|localhost)(?::\d+)?\//.test(name) ? ["--insecure"] : [];
  const run = await runDocker(["manifest", "inspect", "--verbose", ...plain, "--", name], {
    timeoutMs,
  });
  if (run.exitCode === 0) return toRemote(run.stdout, platform);
  const reason = (run.stderr.trim().split("\n").at(-1) ?? "").slice(0, 300);
  return reason === "" ? late : judgeRefusal(reason);
}

/** Tells an image that is not there from a registry that does not let us in, and from one that does not answer. */
export function judgeRefusal(reason: string): ImageFacts {
  if (
    /no such manifest|manifest unknown|not found: |name unknown|repository name not known|invalid reference/i.test(
      reason,
    )
  )
    return { is: "unknown", reason };
  if (/unauthorized|denied|authentication required|no basic auth/i.test(reason))
    return { is: "denied", reason };
  // what was asked of which address before it failed helps nobody
  return { is: "unreachable", reason: reason.replace(/^.*"https?:[^"]*": /, "") };
}

const Layers = z.looseObject({ layers: z.array(z.looseObject({ size: z.number() })).default([]) });
const Manifest = z.looseObject({
  Descriptor: z.looseObject({
    platform: z
      .looseObject({ os: z.string(), architecture: z.string(), variant: z.string().optional() })
      .optional(),
  }),
  SchemaV2Manifest: Layers.optional(),
  OCIManifest: Layers.optional(),
});

/** Reads `docker manifest inspect --verbose`: one manifest, or a list with one for each platform. */
export function toRemote(output: string, platform: string): ImageFacts {
  const parsed = z
    .union([z.array(Manifest), Manifest.transform((one) => [one])])
    .safeParse(JSON.parse(output));
  const manifests = (parsed.data ?? []).map(({ Descriptor, SchemaV2Manifest, OCIManifest }) => {
    const { os = "", architecture = "", variant } = Descriptor.platform ?? {};
    const layers = (SchemaV2Manifest ?? OCIManifest)?.layers ?? [];
    return {
      platform: os === "" ? "" : [os, architecture, ...(variant === undefined ? [] : [variant])].join("/"),
      sizeBytes: layers.reduce((sum, { size }) => sum + size, 0),
    };
  });
  const named = manifests.filter((one) => one.platform !== "" && !one.platform.startsWith("unknown/"));
  const ours = named.find((one) => one.platform === platform || one.platform.startsWith(`${platform}/`));
  return {
    is: "remote",
    platforms: named.map((one) => one.platform),
    sizeBytes: (ours ?? manifests[0])?.sizeBytes ?? 0,
  };
}
