import { posix } from "node:path";
import { about, fromLog, linesLike, onFailing, overrideFix, type Rule } from "../cause.ts";
import type { ServiceModel } from "../compose-model.ts";
import type { ContainerFacts, Facts } from "../facts.ts";
import { mountOf, pathsIn } from "./permissions.ts";

const pattern = /Read-only file system|EROFS/i;

/** Something is written where the container may only read. */
export const readOnly: Rule = onFailing((container, facts) => {
  const lines = linesLike(container, pattern);
  const path = lines.flatMap(pathsIn).at(-1);
  if (path === undefined) return [];
  const mount = mountOf(container, path);
  const cause = { severity: "error" as const, ...about(container), evidence: fromLog(container, lines) };
  const { service } = container;
  if (mount !== undefined && !mount.writable)
    return [
      {
        ...{ ...cause, code: "cause_mount_read_only", params: { service, path, target: mount.target } },
        fixes: makeWritable(container, mount.target, facts),
      },
    ];
  if (!container.readOnlyRoot) return [];
  const dir = posix.dirname(path);
  return [
    {
      ...{ ...cause, code: "cause_root_read_only", params: { service, path } },
      fixes:
        dir === "/"
          ? []
          : [overrideFix(service, { tmpfs: [dir] }, { code: "fix_tmpfs", params: { path: dir } })],
    },
  ];
});

/** The mount as the files have it, but writable; what it holds can then be changed. */
function makeWritable({ service }: ContainerFacts, target: string, { model }: Facts) {
  const volumes: ServiceModel["volumes"] = model?.services[service]?.volumes ?? [];
  const mount = volumes.find((one) => one.target === target);
  if (mount === undefined) return [];
  const change = { volumes: [{ ...mount, read_only: false }] };
  return [overrideFix(service, change, { code: "fix_mount_writable", params: { target }, safe: false })];
}
