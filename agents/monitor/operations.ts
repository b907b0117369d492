import { z } from "zod";
import { Evidence } from "../../bus/messages/checks.ts";
import { StackName } from "../../bus/messages/ticket.ts";
import type { ErrorParams } from "../../bus/kernel/errors.ts";
import { runChecks } from "../../stacks/checks/check-run.ts";
import { formatCheck } from "../../stacks/checks/check-sentence.ts";
import { TargetStatus } from "../../stacks/targets/target.ts";
import type { Operation, Operations } from "../door/operations.ts";
import { askProject } from "../runtime/project.ts";
import { waitUnless } from "./abandon.ts";
import { rollbackToLaunch } from "./folder-rollback.ts";
import { findCommit } from "./manual-commit.ts";
import {
  deployByHand,
  locatePlace,
  rollbackByHand,
  targetAt,
  tellProgress,
  type ManualResult,
  type ManualServices,
} from "./manual-deploys.ts";
import { deployableNames, findPlace, withDevice } from "./manual-place.ts";
import { prepareRelease, readProjectAt, withCheckTree } from "./services.ts";
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

/** Who a change is by that a person asks for in the monitor's shell. */
const shellAuthor = "monitor's shell";

/** Makes what the monitor does for people on stacks and devices: `deploy`, `rollback`, `verify`, `health-check`, `service-status`. */
export function monitorOperations(services: ManualServices): Operations {
  const progress = (stack: string, code: string, params: ErrorParams): void =>
    tellProgress(services, stack, code, params);

  const deploy: Operation = async (input, { signal, line }): Promise<DeployAnswer> => {
    const { target: stack, commit } = monitorOperationMessages.deploy.input.parse(input);
    const request = { stack, commit, signal, line, by: shellAuthor };
    return toAnswer(await waitUnless(signal, deployByHand(services, request)));
  };

  const rollback: Operation = async (input, { signal, line }): Promise<DeployAnswer> => {
    const { target: stack, release } = monitorOperationMessages.rollback.input.parse(input);
    const request = { stack, release, signal, line, by: shellAuthor };
    const goBack = async (): Promise<ManualResult> =>
      (await rollbackToLaunch({ ...services, services }, request)) ?? rollbackByHand(services, request);
    return toAnswer(await waitUnless(signal, goBack()));
  };

  const verify: Operation = async (input, { signal, line }): Promise<VerifyAnswer> => {
    const { target: name } = monitorOperationMessages.verify.input.parse(input);
    const place = await locatePlace(services, name);
    const { facts, repo, stack } = place;
    const base = await findCommit(services, repo, undefined, signal);
    const target = await targetAt(services, place, base);
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
        return { stack: name, ...(await (await targetAt(services, place, base)).status()) };
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

function toAnswer({ reason, logTail, ...answer }: ManualResult): DeployAnswer {
  const { commit, stack, url } = answer;
  if (reason === undefined)
    return { ok: true, ...answer, lines: [`${commit.slice(0, 7)} runs on ${stack} at ${url}`] };
  const end =
    answer.outcome === "restored"
      ? `What ran before answers again at ${url}.`
      : `What ran before could not be put back. Look at ${stack} now.`;
  return { ok: false, ...answer, lines: [reason.message, end, ...logTail.slice(-10)] };
}
