import { join } from "node:path";
import { toErrorInfo } from "../../bus/kernel/errors.ts";
import { createLogger } from "../../bus/kernel/log.ts";
import { writeEnvFile } from "../../stacks/env-file/env-file.ts";
import { chooseRuntime, runtimeOfEnvironment, type RuntimeWish } from "../containers/runtime-choice.ts";
import type { Invocation } from "../invocation.ts";
import { refuseHeldRoot } from "../place/locks.ts";
import { keepPrefix, prefixOf } from "../place/prefix.ts";
import { resolveRoot, stateDirOf } from "../place/root.ts";
import { prepareStateDir } from "../place/state-dir.ts";
import { shellWord } from "../../locales/render.ts";
import { fromSystem } from "../terminal/failure.ts";
import { formatDuration } from "../../terminal/time.ts";
import { announce, isDetached, startDetached, type UpSummary } from "./detach.ts";
import { followFeed } from "../project/log.ts";
import { createCredentials } from "../../gateway/auth/credentials.ts";
import { openBrowser } from "../access/browser.ts";
import { newLoginUrl } from "../access/login-url.ts";
import { findGatewayPlace, gatewayArguments, type GatewayFlags, type GatewayPlace } from "./gateway-place.ts";
import { readExternal } from "./external.ts";
import { describeRuntime } from "./runtime-summary.ts";
import { openPartLog } from "./part-log.ts";
import { checkProject } from "./project-check.ts";
import { startSupervisor, type Supervisor } from "./supervisor.ts";

export interface UpOptions extends GatewayFlags {
  readonly natsPort?: number;
  /** Absent: as `DOCKFRA_RUNTIME` says. */
  readonly runtime?: RuntimeWish;
  /** Kept as `ENVIRONMENT` for the project's stacks. */
  readonly environment?: string;
  readonly freePorts?: boolean;
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
  const wish = options.runtime ?? runtimeOfEnvironment();
  const root = await resolveRoot(options.root);
  await refuseHeldRoot(root);
  const gateway = await findGatewayPlace(options, root);
  if (options.detach) {
    const summary = await startDetached(detachedArgv({ ...options, runtime: wish }, root, gateway), {
      root,
      onNote: (text) => screen.note(text),
      signal: invocation.signal,
    });
    await reportUp(invocation, summary);
    return 0;
  }
  if (!isDetached()) return runUp(invocation, { root, gateway, wish, startMs });
  try {
    return await runUp(invocation, { root, gateway, wish, startMs });
  } catch (error) {
    await announce({ type: "failed", error: toErrorInfo(fromSystem(error)) });
    throw error;
  }
}

interface Start {
  readonly root: string;
  readonly gateway: GatewayPlace;
  readonly wish: RuntimeWish;
  readonly startMs: number;
}

async function runUp(
  invocation: Invocation<UpOptions>,
  { root, gateway, wish, startMs }: Start,
): Promise<number> {
  const { options, screen, signal } = invocation;
  const note = (text: string): void => {
    screen.note(text);
    void announce({ type: "note", text });
  };
  const prefix = await prefixOf(root, options.prefix);
  const [external, choice] = await Promise.all([readExternal(options, prefix), chooseRuntime(wish, root)]);
  await checkProject(root, { prefix, gitInit: options.yesGitInit === true, note });
  const stateDir = await prepareStateDir(root);
  if (options.environment !== undefined)
    await writeEnvFile(join(stateDir, ".env"), new Map([["ENVIRONMENT", options.environment]]));
  const file = openPartLog(join(stateDir, "logs", "supervisor.log"));
  const supervisor = await startSupervisor({
    root,
    stateDir,
    prefix,
    natsPort: options.natsPort ?? 0,
    gateway,
    choice,
    mayFallBack: wish === "auto",
    movePorts: wish === "auto" || options.freePorts === true || isDetached(),
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
  const { root, prefix, pid, natsUrl = "", parts, runtime, runtimeWarning, sshPorts } = installation;
  return {
    root,
    prefix,
    pid,
    natsUrl,
    parts: parts.map((part) => ({ part: part.part, pid: part.pid })),
    readyMs,
    runtime,
    ...(runtimeWarning === undefined ? {} : { runtimeWarning }),
    ...(sshPorts === undefined ? {} : { sshPorts }),
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
  for (const line of describeRuntime(summary)) screen.line(screen.paint(line.style, line.text));
  screen.line(
    screen.paint(
      "dim",
      `Next: dockfra ticket create "what is wanted"${root === process.cwd() ? "" : ` --root ${shellWord(root)}`}`,
    ),
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
    ...["--root", root],
    ...(options.runtime === undefined ? [] : ["--runtime", options.runtime]),
    ...(options.environment === undefined ? [] : ["--environment", options.environment]),
    ...(options.freePorts ? ["--free-ports"] : []),
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
