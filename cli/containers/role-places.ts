import { randomBytes } from "node:crypto";
import { chmod, lchown, lstat, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { roles, type Role } from "../../bus/messages/principals.ts";
import { replaceFile } from "../../agents/git/fixed-config.ts";
import type { Engine } from "./engine.ts";

/** Uid of a role's agent where Dockfra itself runs as root. */
const separateUid = 10_000;

/** Which uid of this machine a role's agent is. */
export function agentUidOf(
  role: Role,
  { rootless }: Pick<Engine, "rootless">,
  ownUid: number = process.getuid?.() ?? 0,
): number {
  // uid 0 of a rootless container is the user itself
  if (rootless) return 0;
  if (ownUid !== 0) return ownUid;
  // root's project can be read by root alone, and the monitor reads it
  return role === "monitor" ? 0 : separateUid;
}

export interface RolePlaces {
  readonly stateDir: string;
  /** Directory of the bus' seeds, one per principal. */
  readonly credsDir: string;
  readonly engine: Pick<Engine, "rootless">;
}

/** Places that a container mounts or covers and that are private to this user. */
const hostPlaces = ["keys", "ssh", "roles", "nats", "gateway", "logs", "releases", "targets"] as const;

/** Makes the directories that the containers mount, with the right owners, and puts each role's own key of the bus there. */
export async function prepareRolePlaces({ stateDir, credsDir, engine }: RolePlaces): Promise<void> {
  await Promise.all(hostPlaces.map((name) => makePrivate(join(stateDir, name))));
  await Promise.all([
    ...roles.map((role) => prepareRole(role, { stateDir, credsDir, engine })),
    prepareDesktop(join(stateDir, "roles", "desktop"), agentUidOf("manager", engine)),
    shareBranches(join(stateDir, "exchange"), agentUidOf("developer", engine)),
    shareBranches(join(stateDir, "mirror"), process.getuid?.() ?? 0),
  ]);
  await Promise.all(["traefik", "acme"].map((name) => makePrivate(join(stateDir, "monitor", name))));
}

async function prepareRole(role: Role, { stateDir, credsDir, engine }: RolePlaces): Promise<void> {
  const uid = agentUidOf(role, engine);
  const place = join(stateDir, "roles", role);
  await makePrivate(join(stateDir, role));
  for (const dir of [place, join(place, "creds"), join(place, "ssh")]) await makePrivate(dir);
  // whoever logs in goes through it to the project's commands; what is beside them is closed
  if (process.getuid?.() === 0 || (await lstat(place)).uid === process.getuid?.()) await chmod(place, 0o711);
  const seed = join(place, "creds", `${role}.nk`);
  const text = await readFile(join(credsDir, `${role}.nk`), "utf8");
  if ((await readFile(seed, "utf8").catch(() => "")) !== text) await replaceFile(seed, text);
  await Promise.all([giveTo(join(stateDir, role), uid), giveTo(place, uid, { always: true })]);
}

/** The desktop asks for a password that is made once; VNC knows eight characters. */
async function prepareDesktop(dir: string, uid: number): Promise<void> {
  await makePrivate(dir);
  await writeFile(join(dir, "vnc-password"), randomBytes(6).toString("base64url"), {
    flag: "wx",
    mode: 0o600,
  }).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  });
  await giveTo(dir, uid, { always: true });
}

/** Branches are read by a role of another uid; on this machine the state directory around them lets nobody else in. */
async function shareBranches(dir: string, uid: number): Promise<void> {
  await mkdir(dir, { recursive: true });
  await giveTo(dir, uid);
  await chmod(dir, 0o755);
}

/** Gives everything of the roles back to who runs Dockfra, so that roles that are processes find it theirs. */
export async function takeBackRolePlaces(stateDir: string): Promise<void> {
  const own = process.getuid?.() ?? 0;
  await Promise.all([...roles, "exchange"].map((name) => giveTo(join(stateDir, name), own)));
}

async function makePrivate(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (process.getuid?.() === 0 || (await lstat(dir)).uid === process.getuid?.()) await chmod(dir, 0o700);
}

/** Makes a tree somebody's; only root can, and only root has to. A tree whose top is theirs already is left as it is. */
async function giveTo(path: string, uid: number, { always = false } = {}): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const stat = await lstat(path).catch(() => undefined);
  if (stat === undefined || (!always && stat.uid === uid)) return;
  // the top comes last: a walk that was cut short is begun again
  if (stat.isDirectory())
    for (const name of await readdir(path)) await giveTo(join(path, name), uid, { always: true });
  if (stat.uid === uid && stat.gid === uid) return;
  await lchown(path, uid, uid);
}
