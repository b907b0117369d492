import { eachStack, type PreflightFinding } from "../finding.ts";
import type { ImageFacts, PreflightFacts } from "../facts.ts";

/** Images that cannot be had, or that are for another machine. */
export const images = eachStack(({ model, written }, facts) =>
  Object.entries(model?.services ?? {}).flatMap(([service, settings]): PreflightFinding[] => {
    const { image, build, platform, pull_policy: policy } = settings;
    const known = image === undefined ? undefined : facts.images.get(image);
    if (image === undefined || known === undefined || build) return [];
    const place = written?.placeOf("services", service, "image");
    const params = { service, image, file: place?.file ?? "", line: place?.line ?? 1 };
    return ofImage(known, { platform, policy, facts }).map((found) => ({
      ...found,
      service,
      params: { ...params, ...found.params },
    }));
  }),
);

interface Wanted {
  readonly platform: string | undefined;
  readonly policy: string | undefined;
  readonly facts: PreflightFacts;
}

function ofImage(image: ImageFacts, { platform, policy, facts }: Wanted): PreflightFinding[] {
  const engine = facts.engine;
  const wanted = platform ?? engine?.platform ?? "";
  switch (image.is) {
    case "local": {
      const named = platform === undefined || fits(image.platform, platform);
      return [
        ...(named ? [] : [error("image_other_platform", { has: image.platform, wanted })]),
        ...emulation(named ? image.platform : wanted, facts),
      ];
    }
    case "remote":
      if (policy === "never") return [error("image_not_here", {})];
      if (image.platforms.length > 0 && !image.platforms.some((one) => fits(one, wanted)))
        return [error("image_other_platform", { has: image.platforms.slice(0, 6).join(", "), wanted })];
      return emulation(wanted, facts);
    case "unknown":
      return [error("image_unknown", { why: image.reason })];
    case "denied":
      return [error("image_denied", { why: image.reason })];
    case "unreachable":
      return policy === "never"
        ? [error("image_not_here", {})]
        : [{ code: "registry_unreachable", severity: "warning", params: { why: image.reason } }];
  }
}

/** A program of another architecture needs an emulator. */
function emulation(platform: string, { engine }: PreflightFacts): PreflightFinding[] {
  if (engine === undefined || fits(platform, engine.platform) || platform === "") return [];
  const arch = platform.split("/")[1] ?? "";
  if (engine.emulated?.includes(arch) === true) return [];
  const severity = engine.emulated === undefined ? "warning" : "error";
  return [{ code: "image_architecture", severity, params: { has: platform, engine: engine.platform } }];
}

/** Whether `linux/arm64/v8` serves where `linux/arm64` is wanted. */
function fits(has: string, wanted: string): boolean {
  const [os, arch, variant] = has.split("/");
  const [wantedOs, wantedArch, wantedVariant] = wanted.split("/");
  if (os !== wantedOs || arch !== wantedArch) return false;
  return variant === undefined || wantedVariant === undefined || variant === wantedVariant;
}

function error(code: string, params: PreflightFinding["params"]): PreflightFinding {
  return { code, severity: "error", params };
}
