import { join } from "node:path";
import { toErrorInfo, unavailable } from "../../bus/kernel/errors.ts";
import { createLogger } from "../../bus/kernel/log.ts";
import type { Invocation } from "../invocation.ts";
import { refuseHeldRoot } from "../place/locks.ts";
import { keepPrefix, prefixOf } from "../place/prefix.ts";
import { resolveRoot, stateDirOf } from "../place/root.ts";
import { prepareStateDir } from "../place/state-dir.ts";
import { shellWord } from "../../locales/render.ts";
import { fromSystem } from "../terminal/failure.ts";
import { formatDuration } from "../terminal/time.ts";
import { announce, isDetached, startDetached, type UpSummary } from "./detach.ts";
import { followFeed } from "../project/log.ts";
import { createCredentials } from "../../gateway/auth/credentials.ts";
import { openBrowser } from "../access/browser.ts";
import { newLoginUrl } from "../access/login-url.ts";
import { findGatewayPlace, gatewayArguments, type GatewayFlags, type GatewayPlace } from "./gateway-place.ts";
import { readExternal } from "./external.ts";
import { openPartLog } from "./part-log.ts";
import { checkProject } from "./project-check.ts";
import { startSupervisor, type Supervisor } from "./supervisor.ts";

export interface UpOptions extends GatewayFlags {
  readonly natsPort?: number;
  readonly runtime: "auto" | "process" | "docker";
  readonly open?: boolean;
  readonly detach?: boolean;
  readonly yesGitInit?: boolean;
  readonly servers?: string;
  readonly creds?: string;
}

/** `up`. @throws what keeps anything from starting, as a sentence */
export async function up(invocation: Invocation<UpOptions>): Promise<number> {
  const startMs = Date.now();
  const { options, screen } = invocation;
  refuseDocker(options);
  const root = await resolveRoot(options.root);
  await refuseHeldRoot(root);
  const gateway = await findGatewayPlace(options, root);
  if (options.detach) {
    const summary = await startDetached(detachedArgv(options, root, gateway), {
      root,
      onNote: (text) => screen.note(text),
      signal: invocation.signal,
    });
    await reportUp(invocation, summary);
    return 0;
  }
  if (!isDetached()) return runUp(invocation, root, gateway, startMs);
  try {
    return await runUp(invocation, root, gateway, startMs);
  } catch (error) {
    await announce({ type: "failed", error: toErrorInfo(fromSystem(error)) });
    throw error;
  }
}

async function runUp(
  invocation: Invocation<UpOptions>,
  root: string,
  gateway: GatewayPlace,
  startMs: number,
): Promise<number> {
  const { options, screen, signal } = invocation;
  const note = (text: string): void => {
    screen.note(text);
    void announce({ type: "note", text });
  };
  const prefix = await prefixOf(root, options.prefix);
  const external = await readExternal(options, prefix);
  await checkProject(root, { gitInit: options.yesGitInit === true, note });
  const stateDir = await prepareStateDir(root);
  const file = openPartLog(join(stateDir, "logs", "supervisor.log"));
  const supervisor = await startSupervisor({
    root,
    stateDir,
    prefix,
    natsPort: options.natsPort ?? 0,
    gateway,
    ...(external ? { external } : {}),
    log: createLogger("supervisor", process.env["DOCKFRA_LOG"] ?? "info", file),
    onReady: (part) => screen.note(`${screen.paint("green", "✓")} ${part}`),
    onNote: note,
    signal,
  });
  try {
    await keepPrefix(root, prefix);
    const summary = await toSummary(supervisor, stateDir, Date.now() - startMs);
    await announce({ type: "up", summary });
    if (!isDetached()) await reportUp(invocation, summary);
    if (isDetached()) await untilAborted(signal);
    else await followFeed(invocation);
  } finally {
    if (!isDetached()) screen.note("Stopping …");
    await supervisor.stop();
    file.close();
  }
  if (!isDetached())
    screen.note(
      "Everything has stopped. What was answered is kept in dockfra/ and goes on with the next up.",
    );
  return 0;
}

/** The browser gets a link of its own, so that the one that is printed still works. */
async function openPage({ root, url }: UpSummary): Promise<void> {
  const stateDir = stateDirOf(root);
  const [page = url, token] = url.split("#");
  const own = token === undefined ? page : `${page}#token=${await createCredentials(stateDir).newLogin()}`;
  await openBrowser(own, stateDir);
}

async function toSummary(
  { installation }: Supervisor,
  stateDir: string,
  readyMs: number,
): Promise<UpSummary> {
  const { root, prefix, pid, natsUrl = "", parts } = installation;
  return {
    root,
    prefix,
    pid,
    natsUrl,
    parts: parts.map((part) => ({ part: part.part, pid: part.pid })),
    readyMs,
    url: await newLoginUrl(installation, stateDir),
  };
}

async function reportUp({ screen, options }: Invocation<UpOptions>, summary: UpSummary): Promise<void> {
  if (options.open) await openPage(summary);
  if (screen.json) return screen.data({ ok: true, ...summary });
  const { root, readyMs, natsUrl, url } = summary;
  screen.line(
    `Ready in ${formatDuration(readyMs)}: the crew works for ${screen.paint("bold", root)} (bus ${natsUrl}).`,
  );
  screen.line(`The page: ${screen.paint("bold", url)}`);
  if (url.includes("#token="))
    screen.line(screen.paint("dim", "That link works once, for ten minutes. Another one: dockfra url"));
  screen.line(
    screen.paint(
      "dim",
      "The roles run as processes of one user: the broker keeps them apart, the system does not.",
    ),
  );
  screen.line(
    screen.paint(
      "dim",
      `Next: dockfra ticket create "what is wanted"${root === process.cwd() ? "" : ` --root ${shellWord(root)}`}`,
    ),
  );
}

function refuseDocker({ runtime }: UpOptions): void {
  if (runtime !== "docker") return;
  throw unavailable(
    "runtime_unavailable",
    "The docker runtime is not built yet. Use --runtime process; the project's own stacks are still deployed with Docker where an engine answers.",
    {
      params: { runtime },
      retryable: false,
    },
  );
}

function detachedArgv(
  options: Invocation<UpOptions>["options"],
  root: string,
  gateway: GatewayPlace,
): string[] {
  const { prefix, natsPort, servers, creds } = options;
  return [
    join(import.meta.dirname, "..", "main.ts"),
    "up",
    "--json",
    ...["--root", root, "--runtime", options.runtime],
    ...(prefix === undefined ? [] : ["--prefix", prefix]),
    ...(natsPort === undefined ? [] : ["--nats-port", String(natsPort)]),
    ...gatewayArguments(gateway),
    ...(servers === undefined ? [] : ["--servers", servers]),
    ...(creds === undefined ? [] : ["--creds", creds]),
    ...(options.yesGitInit ? ["--yes-git-init"] : []),
  ];
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
