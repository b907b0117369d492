import { execa } from "execa";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { createArtifactUploads, getArtifact } from "../../../bus/artifact-transfer.ts";
import { toErrorInfo } from "../../../bus/kernel/errors.ts";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { createMemoryBus } from "../../../bus/memory/bus.ts";
import type { FeedEntry } from "../../../bus/messages/feed.ts";
import type { IntentInput } from "../../../bus/messages/intents.ts";
import type { TicketState, TicketView } from "../../../bus/messages/ticket.ts";
import type { IntentRequest } from "../../../bus/ports/intents.ts";
import { createProcessSandbox } from "../../../agents/container/sandbox.ts";
import type { PreviewParts, PreviewRun } from "../../../agents/monitor/previews/previews.ts";
import type { MonitorServices } from "../../../agents/monitor/services.ts";
import { createPatientClient } from "../../../agents/runtime/patient-client.ts";
import { readProjectText } from "../../../stacks/project-file/project-file.ts";
import { createUserRepo, type UserRepo } from "../../agents/user-repo.ts";

export interface Seen {
  readonly comments: string[];
  readonly feed: FeedEntry[];
  readonly lines: string[];
}

export interface PreviewHouse extends AsyncDisposable {
  readonly user: UserRepo;
  /** Begins the names of all that the test makes on the engine. */
  readonly tag: string;
  readonly parts: PreviewParts;
  readonly seen: Seen;
  readonly run: (signal?: AbortSignal) => PreviewRun;
  /** Commits files as the branch of a ticket. */
  readonly branch: (
    ticket: string,
    files: Readonly<Record<string, string>>,
    state?: TicketState,
  ) => Promise<string>;
  /** What the ticket itself says of its preview. */
  readonly previewUrl: (ticket: string) => string | undefined;
  readonly setState: (ticket: string, state: TicketState) => void;
  readonly docker: (...words: readonly string[]) => Promise<string[]>;
  readonly artifact: (hash: string) => Promise<string>;
}

/** A monitor beside a user's project with git, its tickets answered by a table. */
export async function makePreviewHouse(
  files: (tag: string) => Readonly<Record<string, string>>,
): Promise<PreviewHouse> {
  const tag = `dfp${randomBytes(3).toString("hex")}`;
  const user = await createUserRepo(files(tag));
  const base = await user.git("rev-parse", "HEAD");
  const tickets = new Map<string, TicketView>();
  const seen: Seen = { comments: [], feed: [], lines: [] };
  const stop = new AbortController();
  const { signal } = stop;
  const bus = createMemoryBus({ ackWaitMs: 2_000 });
  const core = bus.core();
  const uploads = createArtifactUploads(core.artifacts);
  const answer = async ({ verb, input, principal }: IntentRequest): Promise<unknown> => {
    const { id = "" } = input as { id?: string };
    if (verb === "artifact.put") return uploads.putChunk(input as IntentInput<"artifact.put">, principal);
    if (verb === "artifact.get") return uploads.getChunk(input as IntentInput<"artifact.get">);
    if (verb === "ticket.show") return tickets.get(id);
    if (verb === "ticket.list") {
      const { state = [] } = input as IntentInput<"ticket.list">;
      const found = [...tickets.values()].filter((one) => state.includes(one.state));
      return { tickets: found, total: found.length };
    }
    if (verb === "ticket.comment") {
      seen.comments.push((input as IntentInput<"ticket.comment">).text.head);
      return { id, version: 1 };
    }
    if (verb === "ticket.preview") {
      const { url } = input as IntentInput<"ticket.preview">;
      const ticket = { ...(tickets.get(id) as TicketView) };
      delete ticket.previewUrl;
      tickets.set(id, url === undefined ? ticket : { ...ticket, previewUrl: url });
      return { id, version: 1 };
    }
    throw new Error(`Nobody expected ${verb}.`);
  };
  const host = bus.worker("host", "host-1");
  const running = [
    host.serveQuestion(
      "host.project",
      async () => {
        const projectFile = await readProjectText(user.dir);
        const stacks = [
          { name: "shop", repo: "project", dir: user.dir, files: ["compose.yml"], deployable: true },
        ];
        return {
          ...{
            root: user.dir,
            runtime: "process" as const,
            repos: [user.repo],
            stacks,
            checks: [],
            problems: [],
          },
          ...(projectFile === undefined ? {} : { projectFile }),
        };
      },
      signal,
    ),
    host.serveQuestion(
      "host.ports",
      async (input) => {
        const { ports } = input as { ports: number[] };
        return { ports: await Promise.all(ports.map(async (port) => ({ port, free: await isFree(port) }))) };
      },
      signal,
    ),
    core.watchFeed((entry) => void seen.feed.push(entry), signal),
    core.serveIntents(async (request) => {
      try {
        return { ok: true, data: await answer(request) };
      } catch (error) {
        return { ok: false, error: toErrorInfo(error) };
      }
    }, signal),
  ];
  const worker = bus.worker("monitor", "monitor-1");
  const services: MonitorServices = {
    client: createPatientClient(worker, { signal, patienceMs: 2_000 }),
    ...{ stateDir: user.stateDir, root: user.dir, instance: "monitor-1" },
    chooseTarget: () => Promise.reject(new Error("A preview asks for no target.")),
    sandbox: createProcessSandbox(user.top),
  };
  const docker = async (...words: readonly string[]): Promise<string[]> =>
    (await execa("docker", [...words], { reject: false })).stdout.split("\n").filter(Boolean);
  await user.git("clone", "--quiet", "--bare", user.dir, user.exchange);
  return {
    ...{ user, tag, seen, docker },
    parts: { bus: { tell: (entry) => worker.tell(entry) }, services, log: silentLogger },
    run: (own = signal) => ({
      signal: own,
      log: (line) => void seen.lines.push(line),
      step: () => undefined,
    }),
    branch: async (ticket, change, state = "reviewing") => {
      await user.git("checkout", "--quiet", "-B", `dockfra/${ticket}`, base);
      const commit = await user.commit(change, ticket);
      await user.git("push", "--quiet", "--force", user.exchange, `HEAD:refs/heads/dockfra/${ticket}`);
      await user.git("checkout", "--quiet", "main");
      tickets.set(ticket, toTicket(ticket, state, base, commit));
      return commit;
    },
    previewUrl: (ticket) => tickets.get(ticket)?.previewUrl,
    setState: (ticket, state) => {
      const view = tickets.get(ticket);
      if (view) tickets.set(ticket, { ...view, state });
    },
    artifact: async (hash) => Buffer.from(await getArtifact(bus.client("operator"), hash)).toString("utf8"),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await Promise.all(running);
      await bus[Symbol.asyncDispose]();
      for (const [kind, ...flags] of [
        ["container", "--force", "--volumes"],
        ["network"],
        ["volume", "--force"],
      ] as const) {
        const all = kind === "container" ? ["--all"] : [];
        const names = await docker(
          kind,
          "ls",
          ...all,
          "--format",
          kind === "container" ? "{{.Names}}" : "{{.Name}}",
        );
        const own = names.filter((name) => name.startsWith(tag));
        if (own.length > 0) await docker(kind, "rm", ...flags, ...own);
      }
      const images = await docker(
        "image",
        "ls",
        "--format",
        "{{.Repository}}:{{.Tag}}",
        "--filter",
        `reference=${tag}*`,
      );
      if (images.length > 0) await docker("image", "rm", "--force", ...images);
      await user[Symbol.asyncDispose]();
    },
  };
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function toTicket(id: string, state: TicketState, baseCommit: string, commit: string): TicketView {
  const stats = { files: [], insertions: 1, deletions: 0 };
  const tests = { passed: true, command: "", tookMs: 1, output: { head: "" } };
  return {
    ...{ id, title: id, description: { head: "" }, state, status: "review", priority: "normal", labels: [] },
    ...{
      createdBy: "person",
      createdAtMs: 0,
      updatedAtMs: 0,
      version: 3,
      autonomy: "assisted",
      repo: "project",
    },
    ...{ stack: "shop", checks: [], comments: [], reworks: 0, reasons: [], evidence: [] },
    author: { kind: "human", id: "person", trusted: true },
    work: {
      ...{ engine: "patch", branch: `dockfra/${id}`, baseBranch: "main", baseCommit, commit },
      ...{ diff: "a".repeat(64), stats, tests },
    },
  };
}

/** Writes a file beside the repository, as an operator has it and git does not. */
export async function writeIgnored(user: UserRepo, name: string, text: string): Promise<void> {
  await writeFile(`${user.dir}/${name}`, text);
}
