import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { conflict } from "../../bus/kernel/errors.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import type { TicketState, TicketView } from "../../bus/messages/ticket.ts";
import type { FeedWriter } from "../../bus/ports/feed.ts";
import { render } from "../../locales/render.ts";
import type { OperationContext, Operations } from "../door/operations.ts";
import { diffStats } from "../git/diff.ts";
import { readRef } from "../git/refs.ts";
import { exchangedRef, ticketBranch, type Repo, type Workspace } from "../git/workspace.ts";
import type { HandlerContext } from "../runtime/handlers.ts";
import { askProject, findRepo, type Facts } from "../runtime/project.ts";
import {
  DoneInput,
  PushInput,
  TicketInput,
  type ByHand as ByHandView,
  type Done,
  type Handed,
  type Pushed,
} from "../shell/messages.ts";
import type { z } from "zod";
import type { ByHand } from "./by-hand.ts";
import { moved, notByHand, notHeld, notPushed, refuseUnworkable, requireMark } from "./by-hand-refusals.ts";
import { branchTip, byHandEngine, sendBundle, takeBundle } from "./by-hand-branch.ts";
import { toWork } from "./implement.ts";
import { inWorkspace, onRecordedBase, readProjectAt, type DeveloperServices } from "./services.ts";

const comesSoon: readonly TicketState[] = ["assigned", "implementing", "rework"];
const heldWithinMs = 20_000;
const othersStopMs = 60_000;

export interface ByHandOperationsOptions {
  readonly services: DeveloperServices;
  readonly hands: ByHand;
  readonly tell: FeedWriter["tell"];
  readonly log: Logger;
}

/** What the developer's agent does for a person who works on tickets by hand. */
export function byHandOperations(options: ByHandOperationsOptions): Operations {
  const { services, hands, tell } = options;
  const { client, instance } = services;
  const bundles = join(services.stateDir, "developer", instance, "by-hand", "bundles");
  const show = (id: string): Promise<TicketView> => client.ask("ticket.show", { id });
  const decided = (code: string, ticket: string, params: Record<string, string> = {}): void =>
    tell({
      source: "developer",
      kind: "decision",
      atMs: Date.now(),
      code,
      params: { ticket, instance, ...params },
      flow: `ticket/${ticket}`,
    });

  /** Another developer's agent may be at it: it sees the mark and lets go. */
  async function othersStopped(ticket: string, signal: AbortSignal): Promise<void> {
    for (const untilMs = performance.now() + othersStopMs; performance.now() < untilMs;) {
      const { parts } = await client.ask("status.show", {});
      const busy = parts.some(
        ({ part, instance: name, running }) =>
          part === "developer" &&
          name !== instance &&
          running.some((id) => id.startsWith(`ticket.${ticket}.`)),
      );
      if (!busy) return;
      await sleep(500, undefined, { signal });
    }
  }

  async function take(ticket: string, signal: AbortSignal): Promise<{ view: TicketView; repo: Repo }> {
    const before = await show(ticket);
    refuseUnworkable(before);
    const { repo } = await placeOf(services, before);
    const isNew = hands.marks.find(ticket) === undefined;
    await hands.take(ticket);
    try {
      if (comesSoon.includes(before.state)) await othersStopped(ticket, signal);
      // the agent may have been done in this very moment
      const view = await show(ticket);
      refuseUnworkable(view);
      if (isNew) decided("by_hand_taken", ticket);
      return { view, repo };
    } catch (error) {
      if (isNew) hands.release(ticket);
      throw error;
    }
  }

  return {
    "by-hand": async () => ({
      tickets: hands.marks
        .list()
        .map(({ ticket, instance: at, sinceMs }): ByHandView => ({ ticket, instance: at, sinceMs })),
    }),
    "ticket-work": async (input, { line, signal }): Promise<Handed> => {
      const { ticket } = TicketInput.parse(input);
      const { view, repo } = await take(ticket, signal);
      return onBranch(services, repo, "merge", ticket, signal, async (workspace) => {
        const commit = await branchTip(workspace, ticket);
        await sendBundle(workspace, bundles, { ticket, commit }, line);
        const { branch: baseBranch, commit: baseCommit } = workspace.base;
        const { title } = view;
        return {
          ticket,
          title,
          repo: repo.name,
          branch: ticketBranch(ticket),
          commit,
          baseBranch,
          baseCommit,
        };
      });
    },
    "ticket-release": async (input): Promise<ByHandView> => {
      const { ticket } = TicketInput.parse(input);
      const mark = hands.release(ticket);
      if (!mark) throw notByHand(ticket);
      decided("by_hand_released", ticket);
      return { ticket, instance: mark.instance, sinceMs: mark.sinceMs };
    },
    "commit-push": async (input, { line, signal }): Promise<z.infer<typeof Pushed>> => {
      const { ticket, commit, bundle } = PushInput.parse(input);
      requireMark(hands, ticket);
      const view = await show(ticket);
      refuseUnworkable(view);
      const { repo } = await placeOf(services, view);
      return onBranch(services, repo, "merge", ticket, signal, async (workspace) => {
        const { git, base } = workspace;
        const known = await branchTip(workspace, ticket);
        const next = await takeBundle(workspace, {
          ticket,
          commit,
          bundle: Buffer.from(bundle, "base64"),
          dir: bundles,
        });
        const from = (await git.run(["merge-base", base.commit, next])).trim();
        await sendBundle(
          workspace,
          bundles,
          { ticket, commit: next, ...(known === next ? {} : { known }) },
          line,
        );
        decided("by_hand_pushed", ticket, { commit: next });
        return {
          ticket,
          branch: ticketBranch(ticket),
          commit: next,
          stats: await diffStats(git, from, next),
        };
      });
    },
    "ticket-done": async (input, context): Promise<z.infer<typeof Done>> => {
      const { ticket, anyway, commit } = DoneInput.parse(input);
      requireMark(hands, ticket);
      const view = await waitUntilHeld(hands, ticket, show, context.signal);
      const { facts, repo } = await placeOf(services, view);
      await services.sandbox.prepare();
      const work = await onBranch(services, repo, "work", ticket, context.signal, async (workspace) => {
        const tip = await readRef(workspace.git, exchangedRef(ticketBranch(ticket)));
        if (tip === undefined) throw notPushed(ticket);
        if (commit !== undefined && commit !== tip) throw moved(ticket);
        const project = await readProjectAt(facts, workspace);
        const handler = handlerContext(options, ticket, context);
        return toWork(services, workspace, project, { commit: tip, engine: byHandEngine, ticket }, handler);
      });
      if (work.stats.files.length === 0) throw notPushed(ticket);
      if (!work.tests.passed && !anyway)
        throw conflict(
          "tests_failed",
          `The tests of ${ticket} fail (${work.tests.command}). Mend them, or send it anyway: ticket-done ${ticket} --anyway`,
          { params: { ticket, command: work.tests.command } },
        );
      await hands.finish(ticket, work);
      decided("by_hand_done", ticket, { commit: work.commit });
      return { ticket, work };
    },
  };
}

/** What a command's handler gets, for work that a person asked for: progress goes to the feed and to their terminal. */
export function handlerContext(
  { tell, log }: Pick<ByHandOperationsOptions, "tell" | "log">,
  ticket: string,
  { line, signal }: OperationContext,
  commandId = `hand.${ticket}`,
): HandlerContext {
  const say =
    (kind: "progress" | "decision"): HandlerContext["progress"] =>
    (code, params = {}, text) => {
      const sentence = render("en", code, params) ?? code;
      for (const part of text === undefined
        ? [sentence]
        : code === "tests_output"
          ? text.split("\n")
          : [sentence, text])
        if (part !== "") line(part);
      tell({
        source: "developer",
        kind,
        atMs: Date.now(),
        code,
        params: { ...params },
        ...(ticket === "" ? {} : { flow: `ticket/${ticket}` }),
        ...(text === undefined ? {} : { text: text.slice(0, 8_192) }),
      });
    };
  return {
    commandId,
    flow: { kind: "ticket", id: ticket },
    signal,
    log,
    progress: say("progress"),
    decided: say("decision"),
    assertLease: async () => signal.throwIfAborted(),
  };
}

/** The repository that a ticket is for: the named one, or the only one. @throws `repo_unclear` */
export async function placeOf(
  services: DeveloperServices,
  { id, repo }: TicketView,
): Promise<{ readonly facts: Facts; readonly repo: Repo }> {
  const facts = await askProject(services.client);
  const [only, ...more] = facts.repos;
  if (repo === undefined && more.length > 0) {
    const repos = facts.repos.map(({ name }) => name).join(", ");
    throw conflict("repo_unclear", `${id} could be for any of these repositories: ${repos}.`, {
      params: { ticket: id, repos },
    });
  }
  return { facts, repo: findRepo(facts, repo ?? only?.name ?? "") };
}

/** Lends a clone that knows the ticket's own base branch. */
export async function onBranch<T>(
  services: DeveloperServices,
  repo: Repo,
  lane: "work" | "merge",
  ticket: string,
  signal: AbortSignal,
  use: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const based = await onRecordedBase(services, repo, `refs/heads/${ticketBranch(ticket)}`);
  return inWorkspace(services, based, lane, signal, use);
}

/** An agent that has just started gets its command a little later. @throws conflict `by_hand_not_held` */
async function waitUntilHeld(
  hands: ByHand,
  ticket: string,
  show: (id: string) => Promise<TicketView>,
  signal: AbortSignal,
): Promise<TicketView> {
  for (const untilMs = performance.now() + heldWithinMs; ;) {
    const view = await show(ticket);
    const comes = comesSoon.includes(view.state);
    if (comes && hands.holds(ticket)) return view;
    if (!comes || performance.now() > untilMs) throw notHeld(view);
    await sleep(500, undefined, { signal });
  }
}
