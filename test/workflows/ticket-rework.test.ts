import { describe, expect, test } from "vitest";
import {
  blocked,
  commanded,
  commands,
  inState,
  remembers,
  sees,
  sends,
  waitsForPerson,
} from "./support/expectations.ts";
import type { Happening } from "./support/story.ts";
import * as on from "./support/ticket-events.ts";
import { given } from "./support/ticket-events.ts";
import * as path from "./support/ticket-paths.ts";

const again = [on.claimed("dev-1"), on.implemented()];
const sentBack = on.reviewed("rework", "Too big.");
/** Both reworks are used up, the third attempt is in review. */
const toLastReview = [...path.toReviewing, sentBack, ...again, sentBack, ...again];
const toPatchReview = [...path.toImplementing, on.implemented({ engine: "patch" })];

describe("rework", () => {
  test("begins when the tests fail, with their output", () => {
    given(...path.toImplementing)
      .when(on.brokeTests())
      .then(
        inState("rework"),
        commanded("developer.implement", { attempt: 2, reasons: ["The tests fail: not ok 2 price"] }),
        remembers({ reworks: 1 }),
      );
  });

  test("begins when the review sends it back, with its reasons", () => {
    given(...path.toReviewing)
      .when(sentBack)
      .then(inState("rework"), commanded("developer.implement", { attempt: 2, reasons: ["Too big."] }));
  });

  test("begins when a person rejects the change, with their words", () => {
    given(...path.toApproving)
      .when(on.rejected("The wrong price."))
      .then(inState("rework"), commanded("developer.implement", { reasons: ["The wrong price."] }));
  });

  test("begins when a check fails on the running app, after the old release is back", () => {
    given(...path.toVerifying)
      .when(on.checksFailed())
      .then(inState("restoring"), sends({ to: "shop", type: "deploy.rollback", round: 1 }), commands());
    given(...path.toRestoring)
      .when(on.settled("restored"))
      .then(
        inState("rework"),
        commanded("developer.implement", { reasons: ["GET /health answered 500 in 3 ms"] }),
      );
  });

  test("begins when the deploy failed by itself, with what was seen", () => {
    given(...path.toDeploying)
      .when(on.deployFailed())
      .then(
        inState("rework"),
        sends(),
        commanded("developer.implement", {
          reasons: ["It failed: unhealthy.", "GET /health answered 500 in 3 ms"],
        }),
      );
  });

  test("goes the same way as the first attempt and needs an approval of its own", () => {
    given(...path.toDeploying, on.deployFailed())
      .when(on.claimed("dev-1"), on.implemented({ commit: "e".repeat(40) }), on.reviewed("approve"))
      .then(inState("approving.waiting"));
    given(...path.toDeploying, on.deployFailed(), ...again, on.reviewed("approve"))
      .when(on.approved())
      .then(inState("deploying"), sends({ to: "shop", type: "deploy.request", round: 2 }));
  });
});

describe("after two reworks", () => {
  const stop = (...events: readonly Happening[]) => given(...toLastReview, ...events);

  test("failing tests block", () => {
    given(...path.toReviewing, sentBack, ...again, sentBack, on.claimed("dev-1"))
      .when(on.brokeTests())
      .then(blocked("implementing", "tests_failed"), waitsForPerson());
  });
  test("a review blocks", () => stop().when(sentBack).then(blocked("reviewing", "review_rejected")));
  test("a rejection blocks", () =>
    stop(on.reviewed("approve")).when(on.rejected()).then(blocked("approving", "approval_rejected")));
  test("a failed deploy blocks", () =>
    stop(on.reviewed("approve"), on.approved())
      .when(on.deployFailed())
      .then(blocked("deploying", "unhealthy")));
  test("a failed check blocks with its evidence, after the old release is back", () =>
    stop(on.reviewed("approve"), on.approved(), on.live())
      .when(on.checksFailed(), on.settled("restored"))
      .then(
        blocked("verifying", "verification_failed"),
        remembers({ blocked: { evidence: [{ passed: true }, { passed: false }] } }),
      ));
});

describe("a patch is what it is and never reworked", () => {
  test("failing tests block", () =>
    given(...path.toImplementing)
      .when(on.brokeTests({ engine: "patch" }))
      .then(blocked("implementing", "tests_failed"), commands()));
  test("a review blocks", () =>
    given(...toPatchReview)
      .when(sentBack)
      .then(blocked("reviewing", "review_rejected")));
  test("a rejection blocks", () =>
    given(...toPatchReview, on.reviewed("approve"))
      .when(on.rejected())
      .then(blocked("approving", "approval_rejected")));
  test("a failed deploy blocks with its evidence", () =>
    given(...toPatchReview, on.reviewed("approve"), on.approved())
      .when(on.deployFailed())
      .then(blocked("deploying", "unhealthy"), remembers({ blocked: { evidence: [{ passed: false }] } })));
  test("a failed check blocks", () =>
    given(...toPatchReview, on.reviewed("approve"), on.approved(), on.live(), on.checksFailed())
      .when(on.settled("restored"))
      .then(blocked("verifying", "verification_failed")));
});

describe("a review that forbids the change", () => {
  test("blocks at once", () =>
    given(...path.toReviewing)
      .when(on.reviewed("block", "It touches .github."))
      .then(blocked("reviewing", "review_rejected")));

  test("is told in a sentence that fits, however long its reasons are", () => {
    given(...path.toReviewing)
      .when(on.reviewed("block", ...Array.from({ length: 50 }, () => "x".repeat(2_000))))
      .then(
        blocked("reviewing", "review_rejected"),
        sees(({ after }) => {
          const { blocked: why } = after.snapshot.context as { blocked: { error: { message: string } } };
          expect(why.error.message.length).toBeLessThan(4_000);
        }),
      );
  });
});
