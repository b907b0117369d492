import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ClientBus } from "../../../bus/ports/bus.ts";
import { startNats, type NatsFixture } from "../../bus/nats-fixture.ts";
import { openEffectTarget, type EffectTarget } from "./effects.ts";
import type { PartOptions } from "./part.ts";
import { supervise, type Supervised } from "./supervised.ts";

export interface InstallationOptions {
  readonly orchestrators: number;
  readonly crews: number;
  readonly stacks: number;
  readonly slowMs?: number;
  readonly maxInHand?: number;
  readonly patienceMs?: number;
  readonly logLevel?: string;
}

/** A real server with real processes around it, in a directory of their own. */
export interface Installation extends AsyncDisposable {
  readonly nats: NatsFixture;
  readonly parts: readonly Supervised[];
  readonly operator: ClientBus;
  readonly target: EffectTarget;
  readonly stateDir: string;
  readonly orchestrators: readonly string[];
  /** Ends the parts, in good order; the server stays. */
  stopParts(): Promise<void>;
  /** The last lines of every part's log, for a run that failed. */
  logTails(lines: number): Promise<string>;
}

export const chaosAckWaitMs = 5_000;

/** Starts a server, orchestrators and crews. */
export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  const {
    orchestrators,
    crews,
    stacks,
    slowMs = 30,
    maxInHand = 16,
    patienceMs = 3_000,
    logLevel = "info",
  } = options;
  const nats = await startNats("chaos");
  const [stateDir, effectsDir, logDir] = [
    join(nats.root, "state"),
    join(nats.root, "effects"),
    join(nats.root, "logs"),
  ];
  await mkdir(stateDir, { recursive: true });
  await mkdir(logDir);
  const common = {
    servers: nats.server().url,
    prefix: nats.prefix,
    root: nats.root,
    stateDir,
    effectsDir,
    stacks,
    slowMs,
    patienceMs,
    ackWaitMs: chaosAckWaitMs,
    maxInHand,
    logLevel,
  };
  const start = (part: PartOptions["part"], name: string): Supervised =>
    supervise({ ...common, part, name }, join(logDir, `${name}.log`));
  const names = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, n) => `${prefix}-${n + 1}`);
  const orchestratorNames = names("orchestrator", orchestrators);
  const parts = [
    ...orchestratorNames.map((name) => start("orchestrator", name)),
    ...names("crew", crews).map((name) => start("crew", name)),
  ];
  const operator = await nats.client("operator");
  const stopParts = async (): Promise<void> => void (await Promise.all(parts.map((part) => part.stop())));
  return {
    nats,
    parts,
    operator,
    target: await openEffectTarget(effectsDir),
    stateDir,
    orchestrators: orchestratorNames,
    stopParts,
    async logTails(lines) {
      const tails = await Promise.all(
        parts.map(
          async ({ name }) =>
            `--- ${name}\n${(await readFile(join(logDir, `${name}.log`), "utf8")).split("\n").slice(-lines).join("\n")}`,
        ),
      );
      return tails.join("\n");
    },
    async [Symbol.asyncDispose]() {
      await stopParts();
      await operator[Symbol.asyncDispose]();
      await nats[Symbol.asyncDispose]();
      await rm(nats.root, { recursive: true, force: true });
    },
  };
}
