import { about, fromInspect, fromUp, onFailing, type Cause, type Rule, type Offer } from "../cause.ts";

/** A volume that somebody else should have made. */
export const externalVolumeMissing: Rule = (facts) =>
  Object.entries(facts.model?.volumes ?? {}).flatMap(([key, volume]): Cause[] => {
    const name = volume?.name ?? key;
    if (volume?.external !== true || facts.volumes.includes(name)) return [];
    const told = facts.upOutput.filter(
      (line) => line.includes(name) && /not found|could not be found/i.test(line),
    );
    return [
      {
        code: "cause_external_volume_missing",
        params: { volume: name },
        severity: "error" as const,
        evidence: [
          ...fromUp(told),
          { source: "compose file", text: `volumes.${key}: external, name ${name}` },
        ],
        fixes: [
          {
            ...{ code: "fix_volume_create", params: { volume: name }, safe: true, services: "all" },
            steps: [{ do: "volume", name }],
          },
        ],
      },
    ];
  });

/** A plugin for volumes that the engine does not have. */
export const volumeDriverMissing: Rule = ({ upOutput }) => {
  const pattern = /(?:error looking up volume plugin |plugin )"?([\w./:-]+?)"?:? (?:plugin )?.*not found/i;
  const lines = upOutput.filter((line) => pattern.test(line) && !/network/i.test(line));
  const driver = pattern.exec(lines[0] ?? "")?.[1];
  if (driver === undefined) return [];
  return [
    {
      ...{ code: "cause_volume_driver_missing", params: { driver }, severity: "error" as const, fixes: [] },
      evidence: fromUp(lines.slice(-2)),
    },
  ];
};

/** A bind mount whose source is not there. */
export const bindSourceMissing: Rule = ({ upOutput, model, paths }) => {
  const pattern = /bind source path does not exist: (\/.+)$/;
  const lines = upOutput.filter((line) => pattern.test(line));
  const path = pattern.exec(lines.at(-1) ?? "")?.[1]?.trim();
  const isThereNow = path !== undefined && paths.has(path) && paths.get(path)?.kind !== "missing";
  if (path === undefined || isThereNow) return [];
  const service = Object.entries(model?.services ?? {}).find(([, { volumes }]) =>
    volumes.some(({ source }) => source === path),
  )?.[0];
  const fix: Offer = {
    ...{ code: "fix_directory_create", params: { path }, safe: true, services: service ? [service] : "all" },
    steps: [{ do: "directory", path }],
  };
  return [
    {
      ...{ code: "cause_bind_source_missing", params: { path }, severity: "error" as const },
      ...(service === undefined ? {} : { service }),
      ...{ evidence: fromUp(lines.slice(-1)), fixes: [fix] },
    },
  ];
};

/** A directory where a file is wanted: the engine makes one where the source of a bind mount is missing. */
export const directoryForFile: Rule = onFailing((container, { paths }) => {
  const match = /error mounting "([^"]+)" to rootfs at "([^"]+)".*not a directory/.exec(container.error);
  const [, path, target] = match ?? [];
  if (path === undefined || target === undefined) return [];
  const seen = paths.get(path);
  const canReplace = seen?.kind === "directory" && seen.empty === true;
  const example = [`${path}.example`, `${path}.sample`, `${path}.dist`].find(
    (one) => paths.get(one)?.kind === "file",
  );
  const fix: Offer = {
    code: example === undefined ? "fix_file_create" : "fix_file_from_example",
    params: { path, ...(example === undefined ? {} : { example }) },
    safe: true,
    steps: [{ do: "file", path, ...(example === undefined ? {} : { example }) }],
    services: [container.service],
  };
  return [
    {
      ...{
        code: "cause_directory_for_file",
        params: { path, target },
        severity: "error" as const,
        ...about(container),
      },
      evidence: [fromInspect(container, container.error)],
      fixes: canReplace ? [fix] : [],
    },
  ];
});
