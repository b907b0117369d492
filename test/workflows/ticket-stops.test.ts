import { describe, test } from "vitest";
import {
  blocked,
  commanded,
  commands,
  inState,
  pending,
  refused,
  remembers,
  sends,
  waitsForPerson,
} from "./support/expectations.ts";
import * as on from "./support/ticket-events.ts";
import { given } from "./support/ticket-events.ts";
import * as path from "./support/ticket-paths.ts";
import { later, timedOut, type Happening } from "./support/story.ts";

const hourMs = 3_600_000;

describe("pausing", () => {
  const places: readonly (readonly [string, readonly Happening[], string])[] = [
    ["open.triaging", path.toOpen, "open.triaging"],
    ["open.deciding", path.toDeciding, "open.triaging"],
    ["open.waiting", path.toWaiting, "open.triaging"],
    ["assigned", path.toAssigned, "assigned"],
    ["implementing", path.toImplementing, "assigned"],
    ["rework", path.toRework, "assigned"],
    ["reviewing", path.toReviewing, "reviewing"],
    ["approving.waiting", path.toApproving, "approving.waiting"],
    ["reopened.triaging", [...path.toOpen, on.cancelled(), on.reopened()], "open.triaging"],
  ];
  test.each(places)("%s: nothing goes on until it is resumed", (_, way, back) => {
    given(...way)
      .when(on.paused())
      .then(inState("paused"), waitsForPerson());
    given(...way, on.paused())
      .when(on.resumed())
      .then(inState(back));
  });

  test("a result that comes meanwhile is late", () => {
    given(...path.toReviewing, on.paused())
      .when(on.reviewed("approve"))
      .then(refused("late"));
    given(...path.toImplementing, on.paused())
      .when(on.implemented())
      .then(refused("late"));
  });

  test("work that was taken begins anew as the next attempt", () => {
    given(...path.toImplementing, on.paused())
      .when(on.resumed())
      .then(commanded("developer.implement", { attempt: 2 }), pending("developer.implement"));
  });

  test("is refused once a deploy has begun, with the states that take it", () => {
    for (const way of [
      path.toDeploying,
      path.toVerifying,
      path.toMerging,
      path.toSettling,
      path.toRestoring,
    ]) {
      given(...way)
        .when(on.paused())
        .then(refused("not_now"));
    }
  });

  test("a paused ticket does not pause again, and one at work does not resume", () => {
    given(...path.toOpen, on.paused())
      .when(on.paused())
      .then(refused("not_now"));
    given(...path.toReviewing)
      .when(on.resumed())
      .then(refused("not_now"));
  });
});

describe("cancelling", () => {
  const early: readonly (readonly [string, readonly Happening[]])[] = [
    ["open", path.toOpen],
    ["assigned", path.toAssigned],
    ["implementing", path.toImplementing],
    ["rework", path.toRework],
    ["reviewing", path.toReviewing],
    ["approving", path.toApproving],
    ["paused", [...path.toReviewing, on.paused()]],
    ["blocked", [...path.toOpen, on.triageFailed()]],
    ["reopened", [...path.toOpen, on.cancelled(), on.reopened()]],
  ];
  test.each(early)("%s: stops at once", (_, way) => {
    given(...way)
      .when(on.cancelled())
      .then(inState("cancelled"), waitsForPerson(), sends(), commands());
  });

  test.each([
    ["deploying", path.toDeploying],
    ["verifying", path.toVerifying],
  ])("%s: puts the old release back first", (_, way) => {
    given(...way)
      .when(on.cancelled())
      .then(inState("restoring"), sends({ to: "shop", type: "deploy.rollback", round: 1 }));
    for (const outcome of ["restored", "withdrawn"] as const) {
      given(...way, on.cancelled())
        .when(on.settled(outcome))
        .then(inState("cancelled"), waitsForPerson());
    }
  });

  test("a deploy that fails meanwhile has put the old release back already", () => {
    given(...path.toDeploying, on.cancelled())
      .when(on.deployFailed())
      .then(inState("cancelled"));
  });

  test("a candidate that comes up meanwhile is not verified", () => {
    given(...path.toDeploying, on.cancelled())
      .when(on.live())
      .then(refused("event_refused"));
  });

  test("is refused when the change is on its way into the base branch", () => {
    for (const way of [
      path.toMerging,
      path.toSettling,
      path.toUpdating,
      [...path.toUpdating, on.checkedOut()],
    ]) {
      given(...way)
        .when(on.cancelled())
        .then(refused("not_now"));
    }
  });
});

describe("reopening", () => {
  test.each([
    ["a cancelled ticket", [...path.toReviewing, on.cancelled()]],
    ["a closed ticket", [...path.toUpdating, on.checkedOut("git pull")]],
  ])("%s starts the story again", (_, way) => {
    given(...way)
      .when(on.reopened())
      .then(
        inState("reopened.triaging"),
        commands("manager.triage"),
        remembers({ reworks: 0, evidence: [], work: undefined, assignedTo: undefined }),
      );
    given(...way, on.reopened(), on.triaged(), on.decided("go"))
      .when(on.claimed("dev-1"), on.implemented())
      .then(inState("reviewing"));
  });

  test("a person may assign it at once, for its repository is known", () => {
    given(...path.toReviewing, on.cancelled(), on.reopened())
      .when(on.assigned())
      .then(inState("assigned"));
  });

  test("the autopilot may say wait, fail or be silent", () => {
    const way = [...path.toReviewing, on.cancelled(), on.reopened(), on.triaged()];
    for (const event of [on.decided("wait"), on.decideFailed(), timedOut()])
      given(...way)
        .when(event)
        .then(inState("reopened.waiting"));
  });

  test("an open ticket cannot be reopened", () => {
    given(...path.toOpen)
      .when(on.reopened())
      .then(refused("not_now"));
  });

  test("an answer of the deploy lane to the old story does not count in the new one", () => {
    given(
      ...path.toUpdating,
      on.checkedOut(),
      on.reopened(),
      on.triaged(),
      on.decided("go"),
      on.claimed("d"),
      on.implemented(),
      on.reviewed("approve"),
      on.approved(),
    )
      .when(on.live(1))
      .then(refused("event_refused"), inState("deploying"));
  });
});

describe("an approval", () => {
  const hash = `${"b".repeat(40)}-1`;

  test("counts for the version that was seen", () => {
    given(...path.toApproving)
      .when(on.approved(hash))
      .then(inState("deploying"));
  });

  test.each([
    ["title", { title: "Another thing" }],
    ["checks", { checks: [] }],
    ["stack", { stack: "other" }],
  ])("is stale when the %s changed since it was looked at", (_, change) => {
    given(...path.toApproving, on.updated(change))
      .when(on.approved(hash))
      .then(refused("approval_stale"));
  });

  test("of work made for other words is refused, whatever was looked at", () => {
    given(...path.toApproving, on.updated({ description: { head: "More." } }))
      .when(on.approved(hash))
      .then(refused("work_outdated"));
  });

  test("is not touched by a label, a priority or a comment", () => {
    given(...path.toApproving, on.updated({ labels: ["ui"], priority: "high" }), on.commented())
      .when(on.approved(hash))
      .then(inState("deploying"));
  });

  test("fixes text, checks and stack until the ticket leaves the deploy", () => {
    for (const way of [
      path.toDeploying,
      path.toVerifying,
      path.toMerging,
      path.toSettling,
      path.toUpdating,
      path.toRestoring,
    ]) {
      given(...way)
        .when(on.updated({ checks: [] }))
        .then(refused("not_now"));
      given(...way)
        .when(on.updated({ stack: "other" }))
        .then(refused("not_now"));
      given(...way)
        .when(on.updated({ labels: ["ui"] }))
        .then(remembers({ labels: ["ui"] }));
    }
  });

  const toBlocked = [...path.toVerifying, on.verifyFailed(), on.settled("restored")];
  test("still holds when a person resumes within a day", () => {
    given(...toBlocked)
      .when(on.resumed())
      .then(inState("deploying"), sends({ to: "shop", type: "deploy.request", round: 2 }));
  });
  test("is void after 24 hours", () => {
    given(...toBlocked)
      .when(later(24 * hourMs, on.resumed()))
      .then(inState("approving.waiting"));
  });
  test("is void when the text changed", () => {
    given(...toBlocked, on.updated({ title: "Another thing" }))
      .when(on.resumed())
      .then(inState("approving.waiting"));
  });
});

describe("resuming a blocked ticket", () => {
  const withoutStack = path.toMergingWithoutStack;
  const places: readonly (readonly [string, readonly Happening[], string])[] = [
    ["triage", [...path.toOpen, on.triageFailed()], "open.triaging"],
    [
      "triage after reopening",
      [...path.toReviewing, on.cancelled(), on.reopened(), on.triageFailed()],
      "open.triaging",
    ],
    ["pick-up", [...path.toAssigned, timedOut()], "assigned"],
    ["an engine that cannot take it", [...path.toAssigned, on.implementFailed()], "assigned"],
    ["work", [...path.toImplementing, on.implementFailed()], "assigned"],
    ["red tests of a patch", [...path.toImplementing, on.brokeTests({ engine: "patch" })], "assigned"],
    ["pick-up of rework", [...path.toRework, timedOut()], "assigned"],
    ["review", [...path.toReviewing, on.reviewFailed()], "reviewing"],
    ["a review that forbids", [...path.toReviewing, on.reviewed("block", "No.")], "reviewing"],
    ["verification", [...path.toVerifying, on.verifyFailed(), on.settled("restored")], "deploying"],
    ["merge", [...path.toMerging, on.mergeFailed("exchange_gone"), on.settled("restored")], "deploying"],
    ["merge without a stack", [...withoutStack, on.mergeFailed("exchange_gone")], "merging.merging"],
    ["restore", [...path.toRestoring, timedOut()], "deploying"],
  ];
  test.each(places)("%s: goes on where it stopped", (_, way, back) => {
    given(...way)
      .when(on.resumed())
      .then(inState(back), remembers({ blocked: undefined }));
  });

  test("a rejected patch is shown for approval again", () => {
    given(...path.toImplementing, on.implemented({ engine: "patch" }), on.reviewed("approve"), on.rejected())
      .when(on.resumed())
      .then(inState("approving.waiting"));
  });
});

describe("work that is not what is wanted now", () => {
  const words = on.updated({ description: { head: "Another patch." } });
  const patched = [...path.toImplementing, on.implemented({ engine: "patch" }), on.reviewed("approve")];

  test("a conflict with the base is done anew, for the same commit would meet it again", () => {
    for (const code of ["merge_conflict", "commit_missing"])
      given(...patched, on.approved(), on.deployFailed(1, code))
        .when(on.resumed())
        .then(inState("assigned"), commanded("developer.implement", { attempt: 2 }));
  });

  test("a blocked ticket with new words is done anew", () => {
    given(...patched, on.rejected(), words)
      .when(on.resumed())
      .then(inState("assigned"), commanded("developer.implement", { attempt: 2 }));
    given(...path.toReviewing, on.reviewed("block", "No."), words)
      .when(on.resumed())
      .then(inState("assigned"));
  });

  test("is not approved, by nobody, and goes back to work where it is rejected, patch or not", () => {
    given(...patched, words)
      .when(on.approved())
      .then(refused("work_outdated"));
    given(...patched, words)
      .when(on.rejected())
      .then(inState("rework"));
    given(...patched, words, on.rejected(), on.claimed("dev-1"), on.implemented({ engine: "patch" }))
      .when(on.reviewed("approve"))
      .then(inState("approving.waiting"));
  });

  test("another repository is a change like other words", () => {
    given(...path.toApproving, on.updated({ repo: "other" }))
      .when(on.approved())
      .then(refused("work_outdated"), remembers({ repo: "other" }));
  });

  test("words that come while the developer is at work make that work old", () => {
    given(...path.toImplementing, words, on.implemented(), on.reviewed("approve"))
      .when(on.approved())
      .then(refused("work_outdated"));
  });
});

describe("every step has an end", () => {
  test.each([
    ["triage", path.toOpen, "open"],
    ["triage after reopening", [...path.toOpen, on.cancelled(), on.reopened()], "reopened"],
    ["pick-up", path.toAssigned, "assigned"],
    ["pick-up of rework", path.toRework, "rework"],
    ["work", path.toImplementing, "implementing"],
    ["review", path.toReviewing, "reviewing"],
    ["restore", path.toRestoring, "restoring"],
    ["merge without a stack", path.toMergingWithoutStack, "merging"],
  ] as const)("%s: blocks when it takes too long", (_, way, step) => {
    given(...way)
      .when(timedOut())
      .then(blocked(step, "step_timeout"), waitsForPerson());
  });

  test.each([
    ["deploy", path.toDeploying, "deploying"],
    ["verification", path.toVerifying, "verifying"],
    ["merge", path.toMerging, "merging"],
  ] as const)("%s: the old release comes back first", (_, way, step) => {
    given(...way)
      .when(timedOut())
      .then(inState("restoring"), sends({ to: "shop", type: "deploy.rollback", round: 1 }));
    given(...way, timedOut())
      .when(on.settled("restored"))
      .then(blocked(step, "step_timeout"));
  });

  test("a silent autopilot leaves the word to a person", () => {
    given(...path.toDeciding)
      .when(timedOut())
      .then(inState("open.waiting"));
    given(
      on.opened({ autonomy: "autonomous" }),
      on.triaged(),
      on.decided("go"),
      on.claimed("d"),
      on.implemented(),
      on.reviewed("approve"),
    )
      .when(timedOut())
      .then(inState("approving.waiting"));
  });

  test("what is merged closes, though lane or checkout are silent", () => {
    given(...path.toSettling)
      .when(timedOut())
      .then(inState("merging.updating"));
    given(...path.toUpdating)
      .when(timedOut())
      .then(inState("closed"));
  });
});

describe("late and foreign answers", () => {
  test("of an earlier round are ignored", () => {
    const way = [...path.toMerging, on.baseMoved(), on.settled("restored")];
    for (const event of [on.live(1), on.deployFailed(1)])
      given(...way)
        .when(event)
        .then(refused("event_refused"));
    given(...path.toRestoring)
      .when(on.settled("restored", 0))
      .then(refused("event_refused"));
    given(...path.toRestoring)
      .when(on.deployFailed(0))
      .then(refused("event_refused"));
    given(...path.toSettling)
      .when(on.settled("released", 0))
      .then(refused("event_refused"));
  });

  test("of a lane that gave the candidate up block what is merged but does not run", () => {
    const way = [...path.toSettling, on.deployFailed(1, "deploy_timeout")];
    given(...path.toSettling)
      .when(on.deployFailed(1, "deploy_timeout"))
      .then(blocked("merging", "deploy_timeout"));
    given(...way)
      .when(on.resumed())
      .then(inState("deploying"));
  });

  test("of the lane do not end a merge but by a release", () => {
    given(...path.toSettling)
      .when(on.settled("restored"))
      .then(refused("event_refused"));
  });

  test("of a command that was answered already are late", () => {
    given(...path.toReviewing)
      .when(on.implemented())
      .then(refused("late"));
    given(...path.toMerging)
      .when(on.verified())
      .then(refused("late"));
  });

  test("are told which states would take the verb", () => {
    given(...path.toReviewing)
      .when(on.approved())
      .then(refused("not_now"));
    given(...path.toReviewing)
      .when(on.rejected())
      .then(refused("not_now"));
    given(...path.toAssigned)
      .when(on.assigned())
      .then(refused("not_now"));
  });
});

describe("a base branch that moved", () => {
  test("gets a new candidate in the next round, deployed and verified again", () => {
    given(...path.toMerging)
      .when(on.baseMoved())
      .then(inState("restoring"));
    given(...path.toMerging, on.baseMoved())
      .when(on.settled("restored"))
      .then(
        inState("deploying"),
        sends({ to: "shop", type: "deploy.request", round: 2 }),
        remembers({ evidence: [] }),
      );
    given(...path.toMerging, on.baseMoved(), on.settled("restored"))
      .when(on.live(2))
      .then(inState("verifying"));
  });

  const often = [1, 2, 3, 4].flatMap((round) => path.nextCandidate(round));
  test("again and again blocks the ticket", () => {
    given(...path.toMerging, ...often)
      .when(on.baseMoved(), on.settled("restored", 5))
      .then(blocked("merging", "base_keeps_moving"));
  });

  test("lets a resumed ticket try as often again", () => {
    given(
      ...path.toMerging,
      ...often,
      on.baseMoved(),
      on.settled("restored", 5),
      on.resumed(),
      on.live(6),
      on.verified(),
    )
      .when(on.baseMoved(), on.settled("restored", 6))
      .then(inState("deploying"));
  });

  test("has the change made anew where there is no stack to verify it on", () => {
    given(...path.toMergingWithoutStack)
      .when(on.baseMoved())
      .then(inState("assigned"), commanded("developer.implement", { attempt: 2 }), sends());
    given(...path.toMergingWithoutStack, on.baseMoved())
      .when(on.claimed("dev-1"), on.implemented(), on.reviewed("approve"))
      .then(inState("approving.waiting"));
  });
});

describe("an old release that cannot be put back", () => {
  test("blocks, though the developer might try again", () => {
    given(...path.toRestoring)
      .when(on.settled("not_restored"))
      .then(blocked("restoring", "not_restored"));
    given(...path.toDeploying)
      .when(on.deployFailed(1, "not_restored"))
      .then(blocked("deploying", "not_restored"));
  });

  test("blocks a ticket that was to be cancelled", () => {
    const way = [...path.toVerifying, on.cancelled()];
    given(...way)
      .when(on.settled("not_restored"))
      .then(blocked("restoring", "not_restored"));
    given(...way)
      .when(on.deployFailed(1, "not_restored"))
      .then(blocked("restoring", "not_restored"));
  });
});
