import { composeFeatures } from "../features.ts";
import { eachStack, type PreflightRule } from "../finding.ts";
import { findDangerousSettings } from "../../policy/dangerous-settings.ts";

/** No engine, or none that may be used. */
export const noEngine: PreflightRule = ({ engineProblem }) =>
  engineProblem === undefined
    ? []
    : [{ code: engineProblem.code, severity: "error", params: { reason: engineProblem.reason } }];

const lowBytes = 2_000_000_000;
const emptyBytes = 300_000_000;
/** Layers take about so much more room than they take on the way. */
const unpacked = 2.5;

/** Room for what is to be pulled, and for data. */
export const diskSpace: PreflightRule = ({ disk, images, stacks }) => {
  if (disk === undefined || stacks.length === 0) return [];
  const sizes = [...images.values()].map((image) => (image.is === "remote" ? image.sizeBytes : 0));
  const neededBytes = Math.round(sizes.reduce((sum, size) => sum + size, 0) * unpacked);
  const left = disk.freeBytes - neededBytes;
  const params = { path: disk.path, free: megabytes(disk.freeBytes), needed: megabytes(neededBytes) };
  if (left < emptyBytes) return [{ code: "disk_full", severity: "error", params }];
  return left < lowBytes ? [{ code: "disk_low", severity: "warning", params }] : [];
};

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}

/** What the files use that this engine or Compose is too old for. */
export const versions = eachStack(({ model, written }, { engine }) => {
  if (engine === undefined || model === undefined) return [];
  return composeFeatures(model).flatMap(({ feature, path, engine: engineNeeds, compose }) => {
    const place = written?.placeOf(...path);
    const at = { file: place?.file ?? "", line: place?.line ?? 1 };
    return [
      ...(compose !== undefined && isOlder(engine.composeVersion, compose)
        ? [
            {
              code: "compose_too_old",
              severity: "error" as const,
              params: { feature, needs: compose, has: engine.composeVersion, ...at },
            },
          ]
        : []),
      ...(engineNeeds !== undefined && isOlder(engine.version, engineNeeds)
        ? [
            {
              code: "engine_too_old",
              severity: "error" as const,
              params: { feature, needs: engineNeeds, has: engine.version, ...at },
            },
          ]
        : []),
    ];
  });
});

/** Whether a version is before another; of what is no version nothing is said. */
export function isOlder(version: string, needed: string): boolean {
  const [has, needs] = [version, needed].map((text) =>
    /^v?(\d+)\.(\d+)(?:\.(\d+))?/
      .exec(text)
      ?.slice(1)
      .map((part) => Number(part ?? 0)),
  );
  if (!has || !needs) return false;
  for (const [index, need] of needs.entries()) {
    const part = has[index] ?? 0;
    if (part !== need) return part < need;
  }
  return false;
}

/** Names that a container of another project has. */
export const takenNames = eachStack(({ model, place, written }, { engine }) =>
  Object.entries(model?.services ?? {}).flatMap(([service, { container_name: name }]) => {
    const other = engine?.containers.find((container) => container.name === name);
    if (name === undefined || other === undefined || other.project === place.project) return [];
    const at = written?.placeOf("services", service, "container_name");
    const project = other.project ?? "no project";
    const params = { service, name, project, file: at?.file ?? "", line: at?.line ?? 1 };
    return [{ code: "container_name_taken", severity: "error" as const, service, params }];
  }),
);

/** Settings that reach beyond a stack's containers, for a person to accept. */
export const dangers = eachStack(({ name, raw, place }, { root, stateDir }) => {
  if (raw === undefined) return [];
  const places = { treeDir: root, stackDir: place.dir, ownDir: place.dir, root, stateDir };
  return findDangerousSettings(name, raw, places).map(({ kind, service, setting, hash }) => ({
    code: `dangerous_${kind}`,
    severity: kind === "foreign_object" ? ("info" as const) : ("warning" as const),
    params: { setting, service: service === "" ? name : service },
    ...(service === "" ? {} : { service }),
    hash,
  }));
});
