import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  readlinkSync,
  realpathSync,
} from "node:fs";
import { join, relative } from "node:path";
import { conflict, unavailable } from "../../bus/kernel/errors.ts";
import { lastWords, runDocker } from "../targets/compose/docker-cli.ts";

/** Mode and owner of something on the host. */
export interface Ownership {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** What a change has to keep to. */
export interface ChangeRules {
  /** Throws for a place that is not to be changed; gets where the file really is. */
  readonly check?: (real: string) => void;
  /** Name of the installation, whose image can change what this user may not; default: as the environment says. */
  readonly prefix?: string;
}

/** Reads whose a file is. @throws `fix_path_moved`, `fix_path_denied` */
export function ownershipOf(path: string, within: string): Ownership {
  return withOpened(path, within, (fd) => {
    const { mode, uid, gid } = fstatSync(fd);
    return { mode: mode & 0o7777, uid, gid };
  });
}

/** Changes the mode of a file below a mount. @throws `fix_path_moved`, `fix_path_denied` */
export async function changeMode(
  path: string,
  within: string,
  mode: number,
  { check, prefix }: ChangeRules = {},
): Promise<void> {
  await orByEngine({ path, prefix, command: ["chmod", mode.toString(8)] }, () =>
    withOpened(path, within, (fd) => fchmodSync(fd, mode), check),
  );
}

/** Changes the owner of a directory, and of nothing in it. @throws `fix_path_moved`, `fix_path_denied` */
export async function changeOwner(
  path: string,
  { uid, gid }: Pick<Ownership, "uid" | "gid">,
  { check, prefix }: ChangeRules = {},
): Promise<void> {
  await orByEngine({ path, prefix, command: ["chown", `${uid}:${gid}`] }, () =>
    withOpened(path, path, (fd) => fchownSync(fd, uid, gid), check),
  );
}

/** Opens without following a link, and only where the file is where its name says. */
function withOpened<T>(
  path: string,
  within: string,
  use: (fd: number) => T,
  check: ChangeRules["check"] = () => undefined,
): T {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw moved(path, error);
  }
  try {
    const stats = fstatSync(fd);
    const isAsNamed = realOf(fd, path) === join(realpathSync(within), relative(within, path));
    if (!isAsNamed || (stats.isFile() && stats.nlink > 1) || !(stats.isFile() || stats.isDirectory()))
      throw moved(path);
    check(realOf(fd, path));
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** Where an opened file really is; beside Linux, where its name leads now. */
export function realOf(fd: number, path: string): string {
  const link = `/proc/self/fd/${fd}`;
  return existsSync(link) ? readlinkSync(link) : realpathSync(path);
}

/** Images that have the programs, the smallest first; none of them is fetched. */
const helperImages = ["busybox", "alpine", "debian:bookworm-slim"] as const;

interface EngineChange {
  readonly path: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly prefix: string | undefined;
}

/** What we may not change ourselves the engine can: a container that sees this one path and nothing else. */
async function orByEngine(wish: EngineChange, work: () => void): Promise<void> {
  try {
    work();
    return;
  } catch (error) {
    if (
      !(error instanceof Error) ||
      !("code" in error) ||
      !["EPERM", "EACCES", "EROFS"].includes(String(error.code))
    )
      throw error;
  }
  await changeByEngine(wish);
}

async function changeByEngine({ path, command: [program, ...args], prefix }: EngineChange): Promise<void> {
  const image = await findHelperImage(prefix);
  const run = await runDocker(
    [
      ...[
        "run",
        "--rm",
        "--pull",
        "never",
        "--network",
        "none",
        "--user",
        "0",
        "--read-only",
        "--cap-drop",
        "ALL",
      ],
      ...["--cap-add", "CHOWN", "--cap-add", "FOWNER", "--security-opt", "no-new-privileges"],
      ...["--mount", `type=bind,source=${path},target=/place`, "--entrypoint", program, image],
      ...[...args, "/place"],
    ],
    { timeoutMs: 60_000 },
  );
  if (run.exitCode !== 0) throw deniedHere(path, lastWords(run));
}

/** Finds an image that is on the engine already. */
async function findHelperImage(prefix = process.env["DOCKFRA_PREFIX"] ?? "dockfra"): Promise<string> {
  for (const image of [`${prefix}-ssh-base`, ...helperImages]) {
    const run = await runDocker(["image", "inspect", "--format", "{{.Id}}", "--", image], {
      timeoutMs: 10_000,
    });
    if (run.exitCode === 0) return image;
  }
  throw unavailable(
    "fix_no_helper",
    "The engine has no image to change files with. Fetch one: docker pull busybox",
  );
}

function moved(path: string, cause?: unknown): Error {
  return conflict(
    "fix_path_moved",
    `${path} is gone, a link, or somewhere else than it was. Look again: dockfra diagnose`,
    { params: { path }, cause },
  );
}

/** The error for what neither we nor the engine may change. */
export function deniedHere(path: string, why: string): Error {
  return unavailable("fix_path_denied", `${path} could not be changed: ${why}. Change it as its owner.`, {
    params: { path, why },
    retryable: false,
  });
}
