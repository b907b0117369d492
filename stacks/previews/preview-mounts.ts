import { createHash } from "node:crypto";
import type { PreviewMount } from "./preview-model.ts";

/** Where a path that a preview wants to mount or read is. */
export type PlaceKind =
  /** In the preview's own copy of the files. */
  | "own"
  /** Data of the stack that git does not carry. */
  | "data"
  /** Of this machine, and harmless to read. */
  | "readable"
  | "outside";

/** A volume of the preview that may be filled with what the running stack has at the same place. */
export interface DataPlace {
  readonly service: string;
  /** Path in the container. */
  readonly target: string;
  readonly volume: string;
}

export interface MountPlan {
  readonly mounts: readonly Record<string, unknown>[];
  readonly data: readonly DataPlace[];
  /** What the preview goes without. */
  readonly leftOut: readonly string[];
}

/** Turns a service's mounts into ones that reach nothing outside of its preview. */
export function planMounts(
  service: string,
  volumes: readonly PreviewMount[],
  placeOf: (path: string) => PlaceKind,
): MountPlan {
  const mounts: Record<string, unknown>[] = [];
  const data: DataPlace[] = [];
  const leftOut: string[] = [];
  const keep = ({ target, read_only: readOnly = false }: PreviewMount, more: Record<string, unknown>): void =>
    void mounts.push({ target, ...(readOnly ? { read_only: true } : {}), ...more });
  const own = (mount: PreviewMount, volume: string): void => {
    keep(mount, { type: "volume", source: volume });
    data.push({ service, target: mount.target, volume });
  };
  for (const mount of volumes) {
    const { type, source } = mount;
    if (type === "tmpfs") keep(mount, { type });
    else if (type === "volume" && source === undefined) keep(mount, { type });
    else if (type === "volume" && source !== undefined) own(mount, source);
    else if (type === "bind" && source !== undefined) {
      const place = placeOf(source);
      if (place === "own") keep(mount, { type, source, bind: { create_host_path: false } });
      else if (place === "data") own(mount, dataVolume(source));
      else if (place === "readable") keep(mount, { type, source, read_only: true });
      else leftOut.push(`mount ${source}`);
    } else leftOut.push(`mount ${mount.target} (${type})`);
  }
  return { mounts, data, leftOut };
}

/** The same directory of two services is the same volume. */
function dataVolume(source: string): string {
  return `data-${createHash("sha256").update(source).digest("hex").slice(0, 10)}`;
}
