import type { ResolvedModel, ResolvedService } from "./resolved-model.ts";

/** Something a project uses that not every version knows. */
export interface UsedFeature {
  /** As the files write it. */
  readonly feature: string;
  /** Where in the model. */
  readonly path: readonly string[];
  /** The oldest engine that has it. */
  readonly engine?: string;
  /** The oldest Compose that has it. */
  readonly compose?: string;
}

interface Feature extends Pick<UsedFeature, "engine" | "compose"> {
  readonly key: string;
  readonly isUsed: (service: ResolvedService) => boolean;
}

/** Attributes of services, with the versions whose release notes brought them. */
const serviceFeatures: readonly Feature[] = [
  has("develop", { compose: "2.22.0" }),
  has("annotations", { engine: "24.0.0", compose: "2.17.0" }),
  has("attach", { compose: "2.20.0" }),
  has("gpus", { compose: "2.30.0" }),
  has("post_start", { compose: "2.30.0" }),
  has("pre_stop", { compose: "2.30.0" }),
  has("provider", { compose: "2.36.0" }),
  has("models", { compose: "2.38.0" }),
  { key: "use_api_socket", compose: "2.39.0", isUsed: ({ use_api_socket }) => use_api_socket },
  {
    key: "healthcheck.start_interval",
    engine: "25.0.0",
    compose: "2.20.2",
    isUsed: ({ healthcheck }) => isSet(healthcheck, "start_interval"),
  },
  {
    key: "volumes.subpath",
    engine: "26.0.0",
    compose: "2.26.0",
    isUsed: ({ volumes }) => (volumes ?? []).some(({ volume }) => volume?.subpath !== undefined),
  },
  {
    key: "volumes.type: image",
    engine: "28.0.0",
    compose: "2.35.0",
    isUsed: ({ volumes }) => (volumes ?? []).some(({ type }) => type === "image"),
  },
  {
    key: "networks.gw_priority",
    engine: "28.0.0",
    compose: "2.33.1",
    isUsed: ({ networks }) => Object.values(networks ?? {}).some((one) => isSet(one, "gw_priority")),
  },
  {
    key: "networks.interface_name",
    engine: "28.1.0",
    compose: "2.36.0",
    isUsed: ({ networks }) => Object.values(networks ?? {}).some((one) => isSet(one, "interface_name")),
  },
  {
    key: "build.dockerfile_inline",
    compose: "2.17.0",
    isUsed: ({ build }) => build?.dockerfile_inline !== undefined,
  },
  {
    key: "build.additional_contexts",
    compose: "2.17.0",
    isUsed: ({ build }) => Object.keys(build?.additional_contexts ?? {}).length > 0,
  },
  {
    key: "build.entitlements",
    compose: "2.27.0",
    isUsed: ({ build }) => (build?.entitlements ?? []).length > 0,
  },
];

/** Lists what a resolved project uses that needs a certain engine or Compose. */
export function composeFeatures(model: ResolvedModel): UsedFeature[] {
  const used = Object.entries(model.services).flatMap(([name, service]) =>
    serviceFeatures
      .filter(({ isUsed }) => isUsed(service))
      .map(({ key, engine, compose }) => ({
        feature: key,
        path: ["services", name, ...(key.split(":")[0] ?? key).split(".")],
        ...(engine === undefined ? {} : { engine }),
        ...(compose === undefined ? {} : { compose }),
      })),
  );
  const models = Object.keys(model["models"] ?? {}).map((name) => ({
    feature: "models",
    path: ["models", name],
    compose: "2.38.0",
  }));
  return [...used, ...models];
}

function has(key: string, needs: Pick<UsedFeature, "engine" | "compose">): Feature {
  return { key, ...needs, isUsed: (service) => isSet(service, key) };
}

function isSet(value: unknown, key: string): boolean {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return false;
  const inner: unknown = Object.entries(value).find(([name]) => name === key)?.[1];
  return Array.isArray(inner) ? inner.length > 0 : inner !== null && inner !== undefined && inner !== false;
}
