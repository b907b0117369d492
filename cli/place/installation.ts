import { shellWord } from "../../locales/render.ts";
import { join } from "node:path";
import { z } from "zod";
import { identifyProcess, isSameProcess } from "../../stacks/processes/process-identity.ts";
import { Role } from "../../bus/messages/principals.ts";
import { RuntimeWarning } from "../../bus/messages/questions.ts";
import { unavailable } from "../../bus/kernel/errors.ts";
import { readLock } from "./lock-file.ts";
import { stateDirOf } from "./root.ts";

const Part = z.object({ part: z.string(), pid: z.int(), startedAt: z.string() });

/** What the lock of a root tells of the supervisor that holds it. */
export const Installation = z.object({
  pid: z.int().positive(),
  startedAt: z.string(),
  sinceMs: z.int(),
  root: z.string(),
  prefix: z.string(),
  runtime: z.enum(["process", "docker"]),
  /** What people should know of how the roles run. */
  runtimeWarning: RuntimeWarning.optional(),
  /** Ports of loopback at which the roles' containers answer SSH. */
  sshPorts: z.partialRecord(Role, z.int()).optional(),
  /** Set once the bus answers. */
  natsUrl: z.string().optional(),
  /** Directory of the credentials, one per principal. */
  credsDir: z.string().optional(),
  /** Where the page is; set while a gateway is among the parts. */
  gatewayUrl: z.string().optional(),
  /** Whether the page asks for a credential. */
  gatewayAuth: z.enum(["token", "none"]).optional(),
  /** Set once every part is ready. */
  ready: z.boolean(),
  parts: z.array(Part),
});
export type Installation = z.infer<typeof Installation>;

export function lockPathOf(root: string): string {
  return join(stateDirOf(root), "lock");
}

/** Reads a lock's text; `undefined` where it is none of ours. */
export function parseInstallation(text: string): Installation | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return Installation.safeParse(value).data;
}

/** Finds the supervisor that runs a root now, or `undefined`. */
export async function findInstallation(root: string): Promise<Installation | undefined> {
  const found = await readLock(lockPathOf(root), parseInstallation);
  return found && isSameProcess(found) && !(await isCopied(root, found)) ? found : undefined;
}

/** Whether a lock came along with a copy of a root: the one it names still has it. One that was moved has not. */
export async function isCopied(root: string, found: Installation): Promise<boolean> {
  if (found.root === root) return false;
  const original = await readLock(lockPathOf(found.root), parseInstallation);
  return original?.pid === found.pid && original.startedAt === found.startedAt;
}

/** Says that a root has no installation, and how to start one from where the person is. */
export function nothingRuns(root: string): string {
  const where = root === process.cwd() ? "" : ` --root ${shellWord(root)}`;
  return `Nothing runs for ${root}. Start it with: dockfra up${where}`;
}

/** The same for a command that cannot do without. @throws `not_running` */
export async function requireInstallation(root: string): Promise<Installation> {
  const found = await findInstallation(root);
  if (found) return found;
  throw unavailable("not_running", `Nothing runs for ${root}. Start it with "dockfra up --root ${root}".`, {
    params: { root },
  });
}

/** This process, as a lock tells of it. */
export function ownIdentity(): { pid: number; startedAt: string } {
  const own = identifyProcess(process.pid);
  if (!own) throw new Error("This process cannot read its own start time.");
  return own;
}
