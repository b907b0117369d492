import { createArtifactUploads, getArtifact, readText } from "../../../bus/artifact-transfer.ts";
import { toErrorInfo, type ErrorInfo } from "../../../bus/kernel/errors.ts";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { createMemoryBus, type MemoryBus } from "../../../bus/memory/bus.ts";
import type {
  CommandInput,
  CommandOutput,
  CommandType,
  ResultMessage,
} from "../../../bus/messages/commands.ts";
import type { DeployView } from "../../../bus/messages/deploy.ts";
import type { FeedEntry } from "../../../bus/messages/feed.ts";
import type { IntentInput } from "../../../bus/messages/intents.ts";
import type { Role } from "../../../bus/messages/principals.ts";
import type { ProjectFacts, QuestionOutput } from "../../../bus/messages/questions.ts";
import type { TicketBrief } from "../../../bus/messages/ticket.ts";
import type { IntentRequest } from "../../../bus/ports/intents.ts";
import type { CoreBus } from "../../../bus/ports/bus.ts";
import type { z } from "zod";
import { runRole } from "../../../agents/main.ts";
import { loadRole } from "../../../agents/role-loader.ts";
import { readProjectText } from "../../../stacks/project-file/project-file.ts";
import type { UserRepo } from "../../agents/user-repo.ts";

// loaded beforehand, so that roles that are started one after the other wait for commands before one is handed out
await Promise.all((["manager", "developer", "monitor", "autopilot"] as const).map(loadRole));

export type Facts = z.infer<typeof ProjectFacts>;
export type Outcome<T extends CommandType> =
  | { ok: true; output: CommandOutput<T> }
  | { ok: false; error: ErrorInfo };

/** The orchestrator's place taken by a test: it hands out commands and answers what agents ask. */
export class Crew implements AsyncDisposable {
  readonly bus: MemoryBus = createMemoryBus({ ackWaitMs: 2_000 });
  readonly core: CoreBus = this.bus.core();
  readonly feed: FeedEntry[] = [];
  readonly results: ResultMessage[] = [];
  /** What `command.check` and `command.claim` answer. */
  leaseHeld = true;
  claimRefused: Error | undefined;
  facts: Facts;
  /** What `deploy.list` answers. */
  lanes: DeployView[] = [];
  readonly #user: UserRepo;
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>[] = [];
  readonly #waiting = new Map<string, (result: ResultMessage) => void>();

  constructor(user: UserRepo, facts: Partial<Facts> = {}) {
    this.#user = user;
    this.facts = {
      root: user.dir,
      runtime: "process",
      repos: [user.repo],
      stacks: [],
      checks: [],
      problems: [],
      ...facts,
    };
    const { signal } = this.#stop;
    const uploads = createArtifactUploads(this.core.artifacts);
    const host = this.bus.worker("host", "host-1");
    this.#running.push(
      host.serveQuestion(
        "host.project",
        async (): Promise<QuestionOutput<"host.project">> => {
          const projectFile = await readProjectText(user.dir);
          return { ...(projectFile === undefined ? {} : { projectFile }), ...this.facts };
        },
        signal,
      ),
      this.core.watchFeed((entry) => this.feed.push(entry), signal),
      this.core.takeResults({ signal, maxInHand: 10 }, async ({ message, ack }) => {
        this.results.push(message);
        this.#waiting.get(message.commandId)?.(message);
        ack();
      }),
      this.core.serveIntents(async (request) => {
        try {
          return { ok: true, data: await this.#answer(request, uploads) };
        } catch (error) {
          return { ok: false, error: toErrorInfo(error) };
        }
      }, signal),
    );
  }

  async #answer(
    { verb, input, principal }: IntentRequest,
    uploads: ReturnType<typeof createArtifactUploads>,
  ): Promise<unknown> {
    if (verb === "artifact.put") return uploads.putChunk(input as IntentInput<"artifact.put">, principal);
    if (verb === "artifact.get") return uploads.getChunk(input as IntentInput<"artifact.get">);
    if (verb === "command.check") return { valid: this.leaseHeld };
    if (verb === "command.claim") {
      if (this.claimRefused) throw this.claimRefused;
      return { lease: 1 };
    }
    if (verb === "deploy.list") return { lanes: this.lanes };
    if (verb === "settings.get") return { key: (input as IntentInput<"settings.get">).key };
    throw new Error(`Nobody expected ${verb}.`);
  }

  /** Starts a role; the answer stops it and waits until it has handed back what it had. */
  start(role: Role, instance = `${role}-1`): () => Promise<void> {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#stop.signal]);
    const { stateDir } = this.#user;
    const running = runRole({
      role,
      bus: this.bus.worker(role, instance),
      stateDir,
      instance,
      log: silentLogger,
      signal,
    });
    this.#running.push(running);
    return async () => {
      stop.abort();
      await running;
    };
  }

  /** Hands out a command and waits for its result. */
  async send<T extends CommandType>(
    type: T,
    input: CommandInput<T>,
    id = "ticket.T-0001.4.0",
    attempt = 0,
  ): Promise<Outcome<T>> {
    const { promise, resolve } = Promise.withResolvers<ResultMessage>();
    this.#waiting.set(id, resolve);
    await this.dispatch(type, input, id, attempt);
    return (await promise).outcome as Outcome<T>;
  }

  async dispatch<T extends CommandType>(
    type: T,
    input: CommandInput<T>,
    id: string,
    attempt = 0,
  ): Promise<void> {
    const worker = type.slice(0, type.indexOf(".")) as Role;
    const message = { id, type, worker, flow: { kind: "ticket" as const, id: "T-0001" }, input };
    await this.core.dispatch(message, { attempt, causedBy: { id: "test", correlationId: "test" } });
  }

  /** Hands out a command that must end well. */
  async done<T extends CommandType>(type: T, input: CommandInput<T>, id?: string): Promise<CommandOutput<T>> {
    const outcome = await this.send(type, input, id);
    if (outcome.ok) return outcome.output;
    throw new Error(`${type}: ${outcome.error.code}: ${outcome.error.message}`);
  }

  /** Hands out a command that must be refused. */
  async failed<T extends CommandType>(type: T, input: CommandInput<T>, id?: string): Promise<ErrorInfo> {
    const outcome = await this.send(type, input, id);
    if (!outcome.ok) return outcome.error;
    throw new Error(`${type} ended well: ${JSON.stringify(outcome.output)}`);
  }

  async artifact(hash: string): Promise<string> {
    return Buffer.from(await getArtifact(this.bus.client("operator"), hash)).toString("utf8");
  }

  text(text: TicketBrief["description"]): Promise<string> {
    return readText(this.bus.client("operator"), text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
    await this.bus[Symbol.asyncDispose]();
  }
}

/** A ticket of a trusted author with a description. */
export function briefOf(description: string, rest: Partial<TicketBrief> = {}): TicketBrief {
  return {
    id: "T-0001",
    title: "Say bye",
    description: { head: description },
    priority: "normal",
    labels: [],
    checks: [],
    autonomy: "assisted",
    author: { kind: "human", id: "ann", trusted: true },
    repo: "project",
    ...rest,
  };
}

/** Writes patches as the fenced blocks of a description. */
export function withPatches(...patches: readonly string[]): string {
  return `Please change this.\n\n${patches.map((patch) => `\`\`\`diff\n${patch}\`\`\`\n`).join("\n")}`;
}

/** What implement is asked for. */
export function implementOf(
  ticket: TicketBrief,
  reasons: string[] = [],
): CommandInput<"developer.implement"> {
  return { ticket, reasons, attempt: 1 };
}
