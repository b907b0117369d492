import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { toDockfraError, unavailable, type DockfraError } from "../../../bus/kernel/errors.ts";
import { pickEnvironment } from "../../processes/environment.ts";
import { startDaemon } from "../../processes/running-program.ts";
import type { DeployOptions } from "../target.ts";
import { onJsonLine, sendJsonLine } from "./line-socket.ts";
import { RunnerReply, socketName, type RunnerRequest } from "./runner-protocol.ts";
import { openStateDir } from "./runner-state.ts";

const startTimeoutMs = 15_000;
const connectPauseMs = 40;
/** Longest path that fits into a socket address everywhere (macOS: 104 with its end mark). */
const maxSocketPath = 100;
/** What a daemon of ours and then the user's app may see of our environment. */
const runnerEnvironment = ["PATH", "HOME", "LANG", "TMPDIR", "NODE_COMPILE_CACHE"] as const;

/** The one answer to a request. */
export type RunnerAnswer = Exclude<RunnerReply, { type: "progress" | "error" }>;

/** Connects to a stack's runner, or answers `undefined` where none listens. */
export async function connectRunner(dir: string): Promise<Socket | undefined> {
  const path = join(dir, socketName);
  if (path.length <= maxSocketPath) return tryConnect(path);
  const short = mkdtempSync(join(tmpdir(), "dfr-"));
  try {
    symlinkSync(dir, join(short, "d"));
    return await tryConnect(join(short, "d", socketName));
  } finally {
    rmSync(short, { recursive: true, force: true });
  }
}

/**
 * Connects to a stack's runner and starts it where none listens.
 * @throws `runner_not_started`
 */
export async function ensureRunner(dir: string, stack: string): Promise<Socket> {
  const there = await connectRunner(dir);
  if (there) return there;
  openStateDir(dir);
  const program = fileURLToPath(new URL(`./runner${extname(import.meta.url)}`, import.meta.url));
  const runner = startDaemon([process.execPath, "--", program, dir, stack], {
    cwd: "/",
    env: pickEnvironment(runnerEnvironment),
  });
  try {
    const deadlineMs = performance.now() + startTimeoutMs;
    let ended = false;
    void runner.exited.then((exit) => {
      // another runner of this stack may have been faster: then this one ends well
      ended = exit.exitCode !== 0;
    });
    while (performance.now() < deadlineMs && !ended) {
      const socket = await connectRunner(dir);
      if (socket) return socket;
      await new Promise((resolve) => setTimeout(resolve, connectPauseMs));
    }
  } finally {
    runner.detach();
  }
  const said = runner.startupOutput().trim().split("\n").at(-1) ?? "";
  throw unavailable(
    "runner_not_started",
    `The runner of "${stack}" did not start${said === "" ? "" : `: ${said}`}. Look into ${dir}.`,
    { params: { stack, dir } },
  );
}

/**
 * Sends one request and waits for its answer; progress goes to the caller, an abort becomes a cancel.
 * @throws the runner's own coded error, `runner_lost` or `runner_silent`
 */
export function askRunner(
  socket: Socket,
  request: RunnerRequest,
  { signal, onProgress, timeoutMs }: DeployOptions & { readonly timeoutMs: number },
): Promise<RunnerAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: DockfraError): void => {
      finish();
      reject(error);
    };
    const timer = setTimeout(
      () =>
        fail(
          unavailable(
            "runner_silent",
            `The runner did not answer "${request.op}" within ${timeoutMs / 1_000} s. Try again.`,
          ),
        ),
      timeoutMs,
    );
    const onAbort = (): void => void sendJsonLine(socket, { op: "cancel" } satisfies RunnerRequest);
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.destroy();
    };
    socket.on("error", () => socket.destroy());
    socket.once("close", () =>
      fail(
        unavailable(
          "runner_lost",
          `The runner ended while it worked on "${request.op}". Try again: the next call starts it anew.`,
        ),
      ),
    );
    onJsonLine(socket, (value) => {
      const reply = RunnerReply.safeParse(value);
      if (!reply.success)
        return fail(
          unavailable(
            "runner_garbled",
            "The runner answered in another version's words. Stop the stack and deploy it again.",
          ),
        );
      if (reply.data.type === "progress") return onProgress?.(reply.data.text);
      if (reply.data.type === "error") return fail(toDockfraError(reply.data.error));
      finish();
      return resolve(reply.data);
    });
    sendJsonLine(socket, request);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function tryConnect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
    socket.once("error", () => resolve(undefined));
  });
}
