import { z } from "zod";
import { newId } from "../../bus/kernel/ids.ts";
import { Evidence } from "../../bus/messages/checks.ts";
import { StackName } from "../../bus/messages/ticket.ts";
import type { FeedWriter } from "../../bus/ports/feed.ts";
import type { ErrorParams } from "../../bus/kernel/errors.ts";
import { runChecks } from "../../stacks/checks/check-run.ts";
import { formatCheck } from "../../stacks/checks/check-sentence.ts";
import { TargetStatus, type DeployOutcome, type Target } from "../../stacks/targets/target.ts";
import type { Operation, OperationContext, Operations } from "../door/operations.ts";
import { askProject, type Facts, type RepoFact, type StackFact } from "../runtime/project.ts";
import { waitUnless } from "./abandon.ts";
import { findCommit } from "./manual-commit.ts";
import { assertLaneFree, deployableNames, findPlace, withDevice } from "./manual-place.ts";
import { chooseRelease, listReleases, noteRelease } from "./manual-releases.ts";
import { prepareRelease, readProjectAt, withCheckTree, type MonitorServices } from "./services.ts";
import { listContainers } from "./stack-service/containers.ts";

/** What the monitor does for people, in its shell and on the bus: inputs and answers. */
export const monitorOperationMessages = {
  deploy: {
    input: z.strictObject({
      target: StackName,
      commit: z
        .string()
        .regex(/^[0-9a-f]{7,40}$/)
        .optional(),
    }),
    output: z.strictObject({
      ok: z.boolean(),
      lines: z.array(z.string()),
      stack: z.string(),
      commit: z.string(),
      releaseId: z.string(),
      outcome: z.enum(["deployed", "restored", "not_restored"]),
      url: z.string(),
    }),
  },
  rollback: { input: z.strictObject({ target: StackName, release: z.string().min(1).max(120).optional() }) },
  verify: {
    input: z.strictObject({ target: StackName }),
    output: z.strictObject({
      ok: z.boolean(),
      lines: z.array(z.string()),
      stack: z.string(),
      evidence: z.array(Evidence),
    }),
  },
  "health-check": {
    input: z.strictObject({ target: StackName.optional() }),
    output: z.strictObject({
      ok: z.boolean(),
      lines: z.array(z.string()),
      stacks: z.array(TargetStatus.extend({ stack: z.string() })),
    }),
  },
} as const;
export type DeployAnswer = z.infer<typeof monitorOperationMessages.deploy.output>;
export type VerifyAnswer = z.infer<typeof monitorOperationMessages.verify.output>;
export type HealthAnswer = z.infer<(typeof monitorOperationMessages)["health-check"]["output"]>;

export interface OperationServices extends MonitorServices {
  readonly tell: FeedWriter["tell"];
}

interface Place {
  readonly facts: Facts;
  readonly stack: StackFact;
  readonly repo: RepoFact;
}

/** Makes what the monitor does for people on stacks and devices: `deploy`, `rollback`, `verify`, `health-check`, `service-status`. */
export function monitorOperations(services: OperationServices): Operations {
  const locate = async (name: string): Promise<Place> => {
    const facts = await askProject(services.client);
    return { facts, ...findPlace(services, facts, name) };
  };

  const targetAt = async ({ facts, stack, repo }: Place, commit: string, dir?: string): Promise<Target> => {
    const project = await readProjectAt(services, facts, repo, commit);
    return services.chooseTarget(withDevice(services, project, stack, repo), stack, dir);
  };

  const progress = (stack: string, code: string, params: ErrorParams, text?: string): void =>
    services.tell({
      ...{ source: "monitor", kind: "progress", atMs: Date.now(), code, params, flow: `deploy/${stack}` },
      ...(text === undefined ? {} : { text: text.slice(0, 8_000) }),
    });

  const stepTeller =
    (stack: string, { line }: OperationContext) =>
    (text: string): void => {
      progress(stack, "deploy_step", { stack }, text);
      line(text);
    };

  const deploy: Operation = async (input, context): Promise<DeployAnswer> => {
    const { target: name, commit: wanted } = monitorOperationMessages.deploy.input.parse(input);
    const place = await locate(name);
    await assertLaneFree(services, name);
    const commit = await findCommit(services, place.repo, wanted, context.signal);
    const releaseId = `manual.${newId().slice(0, 16)}`;
    const release = await prepareRelease(services, { ...place, commit, releaseId }, context.signal);
    const target = await targetAt(place, commit, release.dir);
    await assertLaneFree(services, name);
    progress(name, "deploy_started", { stack: name, commit });
    const deploying = target.deploy(
      { commandId: releaseId, release },
      { onProgress: stepTeller(name, context) },
    );
    return finish(name, commit, releaseId, await waitUnless(context.signal, deploying));
  };

  const rollback: Operation = async (input, context): Promise<DeployAnswer> => {
    const { target: name, release: wanted } = monitorOperationMessages.rollback.input.parse(input);
    const place = await locate(name);
    await assertLaneFree(services, name);
    const base = await findCommit(services, place.repo, undefined, context.signal);
    const status = await (await targetAt(place, base)).status();
    const past = chooseRelease(name, await listReleases(services, name), status, wanted);
    const commit = await findCommit(services, place.repo, past.commit, context.signal);
    const release = await prepareRelease(services, { ...place, commit, releaseId: past.id }, context.signal);
    const target = await targetAt(place, commit, release.dir);
    progress(name, "restore_started", { stack: name, commit });
    const commandId = `manual.${newId().slice(0, 16)}`;
    const restoring = target.restore({ commandId, release }, { onProgress: stepTeller(name, context) });
    return finish(name, commit, past.id, await waitUnless(context.signal, restoring));
  };

  const finish = (stack: string, commit: string, releaseId: string, outcome: DeployOutcome): DeployAnswer => {
    const { url } = outcome;
    progress(stack, `deploy_${outcome.outcome}`, { stack, commit, url });
    const answer = { stack, commit, releaseId, outcome: outcome.outcome, url };
    const short = commit.slice(0, 7);
    if (outcome.outcome === "deployed") {
      noteRelease(services, stack, { id: releaseId, commit, atMs: Date.now() });
      return { ok: true, ...answer, lines: [`${short} runs on ${stack} at ${url}`] };
    }
    const end =
      outcome.outcome === "restored"
        ? `What ran before answers again at ${url}.`
        : `What ran before could not be put back. Look at ${stack} now.`;
    return { ok: false, ...answer, lines: [outcome.reason.message, end, ...outcome.logTail.slice(-10)] };
  };

  const verify: Operation = async (input, { signal, line }): Promise<VerifyAnswer> => {
    const { target: name } = monitorOperationMessages.verify.input.parse(input);
    const place = await locate(name);
    const { facts, repo, stack } = place;
    const base = await findCommit(services, repo, undefined, signal);
    const target = await targetAt(place, base);
    const { running, commit = base, url, detail } = await target.status();
    if (!running)
      return { ok: false, stack: name, evidence: [], lines: [`Nothing of ${name} runs: ${detail}`] };
    const release = await prepareRelease(services, { stack, repo, commit, releaseId: "verify" }, signal);
    const project = withDevice(services, await readProjectAt(services, facts, repo, base), stack, repo);
    const health = project.deploy[name]?.health;
    const checks = [
      ...facts.checks,
      ...(health === undefined ? [] : [{ kind: "http" as const, path: health }]),
    ];
    progress(name, "verify_started", { stack: name, checks: checks.length });
    if (checks.length === 0) line(`${name} has no checks in dockfra.yaml.`);
    // commands too: only the operator's own file has a say here
    const evidence = await withCheckTree(services, { release, repo, stack }, signal, (cwd) =>
      runChecks(checks, {
        ...{ baseUrl: url, cwd, signal, allowCommands: true, runCommand: services.sandbox.run },
        readLog: () => target.logs({ lines: 2_000 }),
        ...(services.fetchPage ? { fetchPage: services.fetchPage } : {}),
      }),
    );
    const passed = evidence.filter((item) => item.passed).length;
    const ok = passed === evidence.length;
    progress(name, ok ? "verify_passed" : "verify_failed", { stack: name, passed, checks: checks.length });
    const lines = evidence.map(
      (item) => `${item.passed ? "ok" : "no"}  ${formatCheck(item.check)}  ${item.observed}`,
    );
    return {
      ok,
      stack: name,
      evidence,
      lines: [...lines, `${passed} of ${checks.length} checks pass on ${name}`],
    };
  };

  const statuses = async (wanted: string | undefined): Promise<HealthAnswer["stacks"]> => {
    const facts = await askProject(services.client);
    const names = wanted === undefined ? deployableNames(services, facts) : [wanted];
    return Promise.all(
      names.map(async (name) => {
        const place = { facts, ...findPlace(services, facts, name) };
        const base = await findCommit(services, place.repo, undefined, AbortSignal.timeout(30_000));
        return { stack: name, ...(await (await targetAt(place, base)).status()) };
      }),
    );
  };

  const healthCheck: Operation = async (input): Promise<HealthAnswer> => {
    const { target } = monitorOperationMessages["health-check"].input.parse(input);
    const stacks = await statuses(target);
    const ok = stacks.every(({ healthy }) => healthy);
    return { ok, stacks, lines: stacks.length === 0 ? ["No stack is deployable."] : stacks.map(describe) };
  };

  const serviceStatus: Operation = async (input) => {
    const { target } = monitorOperationMessages["health-check"].input.parse(input);
    const [stacks, { containers }] = await Promise.all([statuses(target), listContainers()]);
    const withContainers = stacks.map((stack) => ({
      ...stack,
      containers: containers
        .filter(({ project }) => project === stack.stack)
        .map(({ name, status, ports }) => ({ name, status, ports })),
    }));
    const lines = withContainers.flatMap((stack) => [
      describe(stack),
      ...stack.containers.map(({ name, status, ports }) => `  ${name}  ${status}  ${ports}`.trimEnd()),
    ]);
    return { ok: true, stacks: withContainers, lines };
  };

  return { deploy, rollback, verify, "health-check": healthCheck, "service-status": serviceStatus };
}

function describe({ stack, running, healthy, commit, url, detail }: HealthAnswer["stacks"][number]): string {
  const state = running ? (healthy ? "healthy" : "not healthy") : "stopped";
  return [stack, state, commit?.slice(0, 7) ?? "-", url, detail].join("  ");
}
