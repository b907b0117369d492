import { describe, expect, test } from "vitest";
import type { DeployContext } from "../../workflows/deploy/context.ts";
import { defaultDeployTimeouts } from "../../workflows/deploy/machine.ts";
import { defaultTicketTimeouts } from "../../workflows/ticket/policy.ts";
import * as on from "./support/deploy-events.ts";
import { given } from "./support/deploy-events.ts";
import {
  commanded,
  commands,
  inState,
  pending,
  refused,
  remembers,
  sees,
  sends,
} from "./support/expectations.ts";
import { candidate, commit } from "./support/samples.ts";
import { timedOut } from "./support/story.ts";

const toPreparing = [on.requested()];
const toDeploying = [...toPreparing, on.candidateMade()];
const toTrial = [...toDeploying, on.deployed()];
const toRestoring = [...toTrial, on.withdrawn()];
const toIdle = [...toTrial, on.confirmed()];
const second = on.requested("T-0002");

describe("a deploy", () => {
  test("begins with the making of a candidate", () => {
    given()
      .when(on.requested())
      .then(
        inState("preparing"),
        commanded("developer.candidate", { ticket: "T-0001", branch: "dockfra/T-0001", commit: commit("b") }),
      );
  });

  test("puts the candidate on the stack and tells the ticket that it answers", () => {
    given(...toPreparing)
      .when(on.candidateMade())
      .then(inState("deploying"), commanded("monitor.deploy", { candidate, stack: "shop" }));
    given(...toDeploying)
      .when(on.deployed())
      .then(
        inState("trial"),
        sends({ to: "T-0001", type: "deploy.live", round: 1, url: "http://127.0.0.1:8080", candidate }),
      );
  });

  test("becomes the release when the ticket confirms", () => {
    given(...toTrial)
      .when(on.confirmed())
      .then(
        inState("idle"),
        sends({ to: "T-0001", type: "deploy.settled", round: 1, outcome: "released" }),
        remembers({
          current: { ticket: "T-0001", commit: candidate.commit },
          releases: [{ ticket: "T-0001" }],
          active: undefined,
        }),
      );
  });

  test("knows the release before it, to put it back", () => {
    given(...toIdle, second)
      .when(on.candidateMade())
      .then(commanded("monitor.deploy", { previous: expect.objectContaining({ ticket: "T-0001" }) }));
  });

  test("leaves the lane at rest, with no timer", () => {
    given(...toTrial)
      .when(on.confirmed())
      .then(
        sees(({ after }) => {
          expect(after.timers).toEqual([]);
          expect(after.snapshot.done).toBe(true);
        }),
      );
  });
});

describe("a queue", () => {
  const toQueue = [...toPreparing, second, on.requested("T-0003")];
  const queueOf = ({ after }: { after: { snapshot: { context: unknown } } }) =>
    (after.snapshot.context as DeployContext).queue.map(({ ticket }) => ticket);

  test("forms behind the one deploy in work", () => {
    for (const way of [toPreparing, toDeploying, toTrial, toRestoring]) {
      given(...way)
        .when(second)
        .then(
          commands(),
          sees((outcome) => expect(queueOf(outcome)).toEqual(["T-0002"])),
        );
    }
  });

  test("is served in order, the next one at once", () => {
    given(...toQueue, on.candidateMade(), on.deployed())
      .when(on.confirmed())
      .then(
        inState("preparing"),
        commands("developer.candidate"),
        commanded("developer.candidate", { ticket: "T-0002" }),
        pending("deploy.settled", "developer.candidate"),
        sees((outcome) => expect(queueOf(outcome)).toEqual(["T-0003"])),
      );
  });

  test("goes on after a deploy that failed", () => {
    given(...toQueue)
      .when(on.candidateFailed())
      .then(inState("preparing"), commanded("developer.candidate", { ticket: "T-0002" }));
    given(...toQueue, on.candidateMade())
      .when(on.unhealthy())
      .then(commanded("developer.candidate", { ticket: "T-0002" }));
  });

  test("gives the next one a whole timer of its own", () => {
    given(...toQueue)
      .when(on.candidateFailed())
      .then(sees(({ after }) => expect(after.timers).toHaveLength(1)));
    given(...toQueue, on.candidateFailed())
      .when(timedOut())
      .then(sends({ to: "T-0002", type: "deploy.failed" }));
  });

  test("takes the same wish only once", () => {
    given(...toQueue)
      .when(second)
      .then(refused("event_refused"));
    given(...toQueue)
      .when(on.requested())
      .then(refused("event_refused"));
    given(...toQueue, on.candidateMade(), on.deployed())
      .when(second)
      .then(refused("event_refused"));
  });

  test("takes the next round of a ticket as another wish", () => {
    given(...toPreparing)
      .when(on.requested("T-0001", 2))
      .then(sees((outcome) => expect(queueOf(outcome)).toEqual(["T-0001"])));
  });
});

describe("a wish withdrawn", () => {
  const settled = (outcome: string, ticket = "T-0001") =>
    sends({ to: ticket, type: "deploy.settled", round: 1, outcome });

  test("in the queue never runs", () => {
    given(...toPreparing, second)
      .when(on.withdrawn("T-0002"))
      .then(settled("withdrawn", "T-0002"), remembers({ queue: [] }));
    given(...toTrial, second)
      .when(on.withdrawn("T-0002"))
      .then(settled("withdrawn", "T-0002"), remembers({ queue: [] }), inState("trial"));
  });

  test("before it came is never begun when it comes late", () => {
    given(on.requested("T-0009"), on.withdrawn())
      .when(on.requested())
      .then(settled("withdrawn"), remembers({ queue: [] }));
    given().when(on.withdrawn()).then(inState("idle"), settled("withdrawn"));
    given(on.withdrawn()).when(on.requested()).then(inState("idle"), settled("withdrawn"));
    given(...toTrial, on.withdrawn("T-0002"))
      .when(second)
      .then(settled("withdrawn", "T-0002"), remembers({ queue: [] }));
  });

  test("while its candidate is made ends there", () => {
    given(...toPreparing)
      .when(on.withdrawn())
      .then(inState("preparing"), sends());
    given(...toPreparing, on.withdrawn())
      .when(on.candidateMade())
      .then(inState("idle"), settled("withdrawn"), commands());
    given(...toPreparing, on.withdrawn())
      .when(on.candidateFailed())
      .then(inState("idle"), settled("withdrawn"));
    given(...toPreparing, on.withdrawn())
      .when(timedOut())
      .then(inState("idle"), settled("withdrawn"));
  });

  test("while it is brought up is put back", () => {
    given(...toDeploying, on.withdrawn())
      .when(on.deployed())
      .then(inState("restoring"), commands("monitor.restore"), sends());
    given(...toDeploying, on.withdrawn(), on.deployed())
      .when(on.putBack())
      .then(inState("idle"), settled("restored"));
    given(...toDeploying, on.withdrawn())
      .when(on.unhealthy())
      .then(inState("idle"), settled("restored"));
    given(...toDeploying, on.withdrawn(), on.deployBroke())
      .when(on.restored())
      .then(inState("idle"), settled("restored"));
  });

  test("on trial is put back at once", () => {
    given(...toTrial)
      .when(on.withdrawn())
      .then(inState("restoring"), commanded("monitor.restore", { candidate, ticket: "T-0001" }));
    given(...toRestoring)
      .when(on.putBack())
      .then(
        inState("idle"),
        settled("restored"),
        sees(({ after }) => expect((after.snapshot.context as DeployContext).current).toBeUndefined()),
      );
  });

  test("while the stack is restored anyway is told as such", () => {
    given(...toDeploying, on.deployBroke(), on.withdrawn())
      .when(on.restored())
      .then(settled("restored"));
  });

  test("twice is answered twice", () => {
    given(...toRestoring, on.putBack())
      .when(on.withdrawn())
      .then(settled("restored"));
    given(...toPreparing, second, on.withdrawn("T-0002"))
      .when(on.withdrawn("T-0002"))
      .then(settled("withdrawn", "T-0002"));
  });
});

describe("a deploy that fails", () => {
  const failed = (code: string, evidence: unknown = []) =>
    sends({
      to: "T-0001",
      type: "deploy.failed",
      round: 1,
      error: expect.objectContaining({ code }),
      evidence,
    });
  const seen = [expect.objectContaining({ passed: false })];

  test("for its candidate cannot be made", () => {
    given(...toPreparing)
      .when(on.candidateFailed("merge_conflict"))
      .then(inState("idle"), failed("merge_conflict"));
  });

  test("on the stack is told with its evidence", () => {
    given(...toDeploying)
      .when(on.unhealthy())
      .then(inState("idle"), failed("unhealthy", seen));
  });

  test("and leaves the stack broken says so", () => {
    given(...toDeploying)
      .when(on.unhealthy("not_restored"))
      .then(inState("idle"), failed("not_restored", seen));
  });

  test("without an outcome is put back before it is told", () => {
    given(...toDeploying)
      .when(on.deployBroke("engine_gone"))
      .then(inState("restoring"), commands("monitor.restore"), sends());
    given(...toDeploying, on.deployBroke("engine_gone"))
      .when(on.restored())
      .then(inState("idle"), failed("engine_gone"));
  });

  test("never becomes the release", () => {
    given(...toIdle, second, on.candidateMade())
      .when(on.unhealthy())
      .then(remembers({ current: { ticket: "T-0001" } }));
  });
});

describe("an old release that does not come back", () => {
  const broken = { to: "T-0001", round: 1, error: expect.objectContaining({ code: "not_restored" }) };

  test.each([
    ["the monitor says so", on.notRestored()],
    ["the monitor fails", on.restoreBroke()],
    ["the monitor is silent", timedOut()],
  ])("is told to the ticket that withdrew: %s", (_, event) => {
    given(...toRestoring)
      .when(event)
      .then(inState("idle"), sends({ ...broken, type: "deploy.settled", outcome: "not_restored" }));
  });

  test.each([
    ["the monitor says so", on.notRestored()],
    ["the monitor fails", on.restoreBroke()],
    ["the monitor is silent", timedOut()],
  ])("is told to the ticket whose deploy failed: %s", (_, event) => {
    given(...toDeploying, on.deployBroke())
      .when(event)
      .then(inState("idle"), sends({ ...broken, type: "deploy.failed" }));
  });

  test("keeps its code where the host showed another key: the ticket is paused by it", () => {
    const code = "host_key_changed";
    given(...toRestoring)
      .when(on.restoreBroke(code))
      .then(sends({ ...broken, error: expect.objectContaining({ code }), type: "deploy.settled" }));
    given(...toDeploying, on.deployBroke(code))
      .when(on.restoreBroke(code))
      .then(sends({ ...broken, error: expect.objectContaining({ code }), type: "deploy.failed" }));
  });

  test("of a candidate that was withdrawn while it came up", () => {
    given(...toDeploying, on.withdrawn())
      .when(on.unhealthy("not_restored"))
      .then(sends({ ...broken, type: "deploy.settled", outcome: "not_restored" }));
  });
});

describe("every step has an end", () => {
  const late = (step: string) =>
    sends({
      to: "T-0001",
      type: "deploy.failed",
      error: expect.objectContaining({ code: "deploy_timeout", params: expect.objectContaining({ step }) }),
    });

  test("the making of a candidate", () =>
    given(...toPreparing)
      .when(timedOut())
      .then(inState("idle"), late("preparing")));
  test("the deploy, after the old release is back", () => {
    given(...toDeploying)
      .when(timedOut())
      .then(inState("restoring"), sends());
    given(...toDeploying, timedOut())
      .when(on.restored())
      .then(inState("idle"), late("deploying"));
  });
  test("the trial of a ticket that never answers", () => {
    given(...toTrial)
      .when(timedOut())
      .then(inState("restoring"), sends());
    given(...toTrial, timedOut())
      .when(on.restored())
      .then(inState("idle"), late("trial"));
  });

  test("a ticket waits longer for its way back than the lane may need", () => {
    const { deployTimeout, restoreTimeout } = defaultDeployTimeouts;
    expect(defaultTicketTimeouts.restoreTimeout).toBeGreaterThan(deployTimeout + restoreTimeout);
  });
  test("a trial lasts longer than the steps of the ticket that decides on it", () => {
    const { verifyTimeout, mergeTimeout } = defaultTicketTimeouts;
    expect(defaultDeployTimeouts.trialTimeout).toBeGreaterThan(verifyTimeout + 2 * mergeTimeout);
  });
});

describe("a question that comes twice", () => {
  test("is answered with the same word", () => {
    given(...toIdle)
      .when(on.requested())
      .then(inState("idle"), sends({ to: "T-0001", type: "deploy.settled", outcome: "released" }));
    given(...toPreparing, on.candidateFailed())
      .when(on.requested())
      .then(
        sends({
          to: "T-0001",
          type: "deploy.failed",
          error: expect.objectContaining({ code: "merge_conflict" }),
        }),
      );
  });

  test("is answered while another ticket has the lane", () => {
    given(...toIdle, second, on.candidateMade(), on.deployed())
      .when(on.requested(), on.confirmed(), on.withdrawn())
      .then(
        inState("trial"),
        sends(...[1, 2, 3].map(() => ({ to: "T-0001", type: "deploy.settled", outcome: "released" }))),
      );
  });

  test("is told again that the candidate answers", () => {
    given(...toTrial)
      .when(on.requested())
      .then(inState("trial"), sends({ to: "T-0001", type: "deploy.live", round: 1 }));
  });

  test("keeps the evidence of the latest failures alone", () => {
    const fails = Array.from({ length: 60 }, (_, index) => [
      on.requested(`T-${1000 + index}`),
      on.candidateMade(),
      on.unhealthy(),
    ]).flat();
    given(...fails)
      .when(on.requested("T-1059"))
      .then(
        sends({
          to: "T-1059",
          type: "deploy.failed",
          evidence: [expect.objectContaining({ passed: false })],
        }),
        sees(({ after }) => {
          const { outcomes } = after.snapshot.context as DeployContext;
          expect(outcomes).toHaveLength(20);
          expect(outcomes.filter(({ event }) => (event.evidence as unknown[]).length > 0)).toHaveLength(5);
        }),
      );
  });

  test("confirms once", () => {
    given(...toIdle)
      .when(on.confirmed())
      .then(
        sends({ to: "T-0001", type: "deploy.settled", outcome: "released" }),
        sees(({ after }) => expect((after.snapshot.context as DeployContext).releases).toHaveLength(1)),
      );
  });

  test("cannot take back what was released", () => {
    given(...toIdle)
      .when(on.withdrawn())
      .then(inState("idle"), sends({ to: "T-0001", type: "deploy.settled", outcome: "released" }));
  });
});

describe("what does not fit", () => {
  test("is refused", () => {
    given(...toDeploying)
      .when(on.confirmed())
      .then(refused("event_refused"));
    given(...toTrial)
      .when(on.confirmed("T-0001", 2))
      .then(refused("event_refused"));
    given(...toTrial)
      .when(on.candidateMade())
      .then(refused("late"));
    given(...toIdle)
      .when(on.confirmed("T-0007"))
      .then(refused("event_refused"));
  });

  test("leaves a lane at rest as it is", () => {
    given(on.withdrawn())
      .when(on.confirmed())
      .then(
        inState("idle"),
        sees(({ after }) => expect(after.timers).toEqual([])),
      );
    given(...toIdle)
      .when(on.deployed())
      .then(refused("late"));
  });
});
