import { about, fromInspect, fromLog, linesLike, onFailing, overrideFix, type Rule } from "../cause.ts";
import type { ContainerFacts, MountFacts } from "../facts.ts";

/** What could not be started at all is another rule's. */
const startLine = /^(?:\[FATAL tini \(\d+\)\] )?exec \S+/;
const deniedLine = /permission denied|EACCES|Operation not permitted|EPERM/i;
const socketLine = /permission denied.*docker\.sock|docker\.sock.*permission denied/i;

/** The longest mount that a path is in. */
export function mountOf({ mounts }: ContainerFacts, path: string): MountFacts | undefined {
  return mounts
    .filter(({ target }) => path === target || path.startsWith(target.endsWith("/") ? target : `${target}/`))
    .toSorted((a, b) => b.target.length - a.target.length)[0];
}

/** A file in a bind mount as the host names it; `undefined` for anything else, also for a way out of the mount. */
export function onHost(
  container: ContainerFacts,
  inside: string,
): { readonly path: string; readonly within: string } | undefined {
  const mount = mountOf(container, inside);
  if (mount?.type !== "bind" || inside.split("/").includes("..")) return undefined;
  return { path: `${mount.source}${inside.slice(mount.target.length)}`, within: mount.source };
}

/** Absolute paths that a line names. */
export function pathsIn(line: string): string[] {
  return [...line.matchAll(/(?<![\w.])\/[\w.@+/-]+/g)].map(([path]) => path.replace(/[.:]+$/, ""));
}

/** A bind mount that the container's user may not write. */
export const bindDenied: Rule = onFailing((container, { paths, place }) => {
  const lines = linesLike(container, deniedLine).filter(
    (line) => !socketLine.test(line) && !startLine.test(line),
  );
  const mount = lines.flatMap(pathsIn).flatMap((path) => mountOf(container, path) ?? [])[0];
  if (mount === undefined || mount.type !== "bind" || !mount.writable) return [];
  const [uid, gid] = toIds(container.user);
  const seen = paths.get(mount.source);
  const owner = seen?.uid === undefined ? "another user" : `uid ${seen.uid}`;
  const canFix = uid !== undefined && uid !== 0 && seen?.kind === "directory" && seen.uid !== uid;
  const { service } = container;
  return [
    {
      ...{ code: "cause_bind_denied", severity: "error" as const, ...about(container) },
      params: {
        service,
        path: mount.source,
        target: mount.target,
        user: container.user || "the image's user",
        owner,
      },
      evidence: fromLog(container, lines),
      fixes: canFix
        ? [
            {
              ...{
                code: "fix_owner",
                params: { path: mount.source, uid },
                // elsewhere it may be something that others need
                safe: mount.source.startsWith(`${place.dir}/`),
                services: [service],
              },
              steps: [{ do: "owner", path: mount.source, uid, gid: gid ?? uid }],
            },
          ]
        : [],
    },
  ];
});

/** The engine's socket, mounted for a user who may not use it. */
export const socketDenied: Rule = onFailing((container, { paths, model }) => {
  const lines = linesLike(container, socketLine);
  if (lines.length === 0) return [];
  const mount = container.mounts.find(({ target }) => target.endsWith("docker.sock"));
  const gid = mount === undefined ? undefined : paths.get(mount.source)?.gid;
  const groups = model?.services[container.service]?.group_add ?? [];
  const { service } = container;
  return [
    {
      ...{
        code: "cause_socket_denied",
        params: { service },
        severity: "error" as const,
        ...about(container),
      },
      evidence: fromLog(container, lines),
      fixes:
        gid === undefined
          ? []
          : [
              overrideFix(
                service,
                { group_add: [...groups, String(gid)] },
                { code: "fix_socket_group", params: { gid }, safe: false },
              ),
            ],
    },
  ];
});

/** A user that the image does not have. */
export const userUnknown: Rule = onFailing((container) => {
  const match = /unable to find (user|group) (\S+): no matching entries/.exec(container.error);
  if (!match) return [];
  const { service } = container;
  return [
    {
      ...{
        code: "cause_user_unknown",
        params: { service, user: match[2] ?? "" },
        severity: "error" as const,
        ...about(container),
      },
      evidence: [fromInspect(container, container.error)],
      fixes: [overrideFix(service, { user: null }, { code: "fix_user_of_image", params: {}, safe: false })],
    },
  ];
});

/** A file of certificates that others may read: Traefik refuses it. */
export const acmeMode: Rule = ({ containers }) =>
  containers.flatMap((container) => {
    const pattern = /permissions (\d{3,4}) for (\S+) are too open, please use 600/i;
    const lines = linesLike(container, pattern, 1);
    const [, mode, inside] = pattern.exec(lines[0] ?? "") ?? [];
    if (mode === undefined || inside === undefined) return [];
    const file = onHost(container, inside);
    return [
      {
        ...{
          code: "cause_acme_mode",
          params: { service: container.service, path: file?.path ?? inside, mode },
          severity: "error" as const,
        },
        ...about(container),
        evidence: fromLog(container, lines),
        fixes:
          file === undefined
            ? []
            : [
                {
                  ...{
                    code: "fix_mode",
                    params: { path: file.path, mode: "600" },
                    safe: true,
                    services: [container.service],
                  },
                  steps: [{ do: "mode" as const, ...file, mode: 0o600 }],
                },
              ],
      },
    ];
  });

function toIds(user: string): [number | undefined, number | undefined] {
  const [, uid, gid] = /^(\d+)(?::(\d+))?$/.exec(user) ?? [];
  return [uid === undefined ? undefined : Number(uid), gid === undefined ? undefined : Number(gid)];
}
