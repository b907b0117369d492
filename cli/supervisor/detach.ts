import { startCancelled } from "./cancelled.ts";
import { nodeFlags } from "./node-flags.ts";
import { execa } from "execa";
import { z } from "zod";
import { toDockfraError, unavailable } from "../../bus/kernel/errors.ts";
import { ErrorInfo } from "../../bus/messages/error-info.ts";
import { join } from "node:path";
import type { Installation } from "../place/installation.ts";
import { stateDirOf } from "../place/root.ts";

/** What a supervisor says to the command that began it. */
const Announcement = z.discriminatedUnion("type", [
  z.object({ type: z.literal("up"), summary: z.unknown() }),
  z.object({ type: z.literal("note"), text: z.string() }),
  z.object({ type: z.literal("failed"), error: ErrorInfo }),
]);
export type Announcement = z.infer<typeof Announcement>;

/** What `up` answers once everything is ready. */
export interface UpSummary extends Pick<
  Installation,
  "root" | "prefix" | "pid" | "runtime" | "runtimeWarning" | "sshPorts"
> {
  readonly natsUrl: string;
  readonly parts: readonly { readonly part: string; readonly pid: number }[];
  readonly readyMs: number;
  /** The page, with a token that signs in once. */
  readonly url: string;
}

/** Whether this process was begun by {@link startDetached}. */
export function isDetached(): boolean {
  return process.send !== undefined && process.env["DOCKFRA_ANNOUNCE"] === "1";
}

/** Tells the command that began this supervisor; nobody may be left to hear it. */
export function announce(message: Announcement): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected && process.send) process.send(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

/**
 * Begins a supervisor that outlives this command, and waits until it is ready; Ctrl-C before that ends it.
 * @throws `start_cancelled`, `supervisor_died`, what it failed with
 */
export async function startDetached(
  argv: readonly string[],
  { root, onNote, signal }: { root: string; onNote: (text: string) => void; signal: AbortSignal },
): Promise<UpSummary> {
  const child = execa(process.execPath, [...nodeFlags("supervisor"), ...argv], {
    env: { DOCKFRA_ANNOUNCE: "1" },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
    ipc: true,
    buffer: false,
    reject: false,
    detached: true,
    cleanup: false,
  });
  const { nodeChildProcess } = child;
  // not by execa, which would kill it after a while, and it has much to stop
  const cancel = (): void => void nodeChildProcess.kill("SIGTERM");
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  const summary = await new Promise<UpSummary>((resolve, reject) => {
    nodeChildProcess.on("message", (raw: unknown) => {
      const message = Announcement.safeParse(raw).data;
      if (message?.type === "up") resolve(message.summary as UpSummary);
      else if (message?.type === "note") onNote(message.text);
      else if (message?.type === "failed") reject(toDockfraError(message.error));
    });
    void child.then(({ exitCode, signal: killed }) => {
      const log = join(stateDirOf(root), "logs", "supervisor.log");
      const how = killed === undefined ? `exit code ${exitCode ?? "none"}` : `signal ${killed}`;
      if (killed === "SIGTERM" && signal.aborted) return reject(startCancelled());
      reject(
        unavailable(
          "supervisor_died",
          `The supervisor ended before it was ready (${how}). Its log is ${log}.`,
          { params: { how, log }, retryable: false },
        ),
      );
    });
  });
  signal.removeEventListener("abort", cancel);
  nodeChildProcess.disconnect();
  nodeChildProcess.unref();
  return summary;
}
