import { describe, expect, test } from "vitest";
import { inState, refused, remembers, sends, waitsForPerson } from "./support/expectations.ts";
import { later, type Expectation, type Happening } from "./support/story.ts";
import * as on from "./support/ticket-events.ts";
import { given } from "./support/ticket-events.ts";
import * as path from "./support/ticket-paths.ts";

const changed = "host_key_changed";
const hourMs = 3_600_000;

/** It stands still because of the key, and nothing goes on by itself. */
function pausedBy(step: string): Expectation {
  return (outcome) => {
    inState("paused")(outcome);
    waitsForPerson()(outcome);
    expect(outcome.after.snapshot.context).toMatchObject({
      pausedFrom: step,
      blocked: { step, error: { code: changed } },
    });
  };
}

describe("a host that shows another key than the pinned one", () => {
  const places: readonly (readonly [string, readonly Happening[], Happening, string])[] = [
    ["taking the work", path.toAssigned, on.implementFailed(changed), "assigned"],
    ["the work", path.toImplementing, on.implementFailed(changed), "implementing"],
    ["taking rework", path.toRework, on.implementFailed(changed), "rework"],
    ["the deploy", path.toDeploying, on.deployFailed(1, changed, []), "deploying"],
    ["a merge without a stack", path.toMergingWithoutStack, on.mergeFailed(changed), "merging"],
    ["the way back", path.toRestoring, on.settled("not_restored", 1, changed), "restoring"],
    ["a deploy that was on its way out", path.toRestoring, on.deployFailed(1, changed, []), "restoring"],
  ];
  test.each(places)("%s: the ticket is paused with the reason, not blocked", (_, way, event, step) => {
    given(...way)
      .when(event)
      .then(pausedBy(step));
  });

  test.each([
    ["verification", path.toVerifying, on.verifyFailed(changed), "verifying"],
    ["merge", path.toMerging, on.mergeFailed(changed), "merging"],
  ])("%s on a stack: the old release is put back before", (_, way, event, step) => {
    given(...way)
      .when(event)
      .then(inState("restoring"), sends({ to: "shop", type: "deploy.rollback", round: 1 }));
    given(...way, event)
      .when(on.settled("restored"))
      .then(pausedBy(step));
    given(...way, event)
      .when(on.settled("not_restored"))
      .then(inState("blocked"), remembers({ blocked: { error: { code: "not_restored" } } }));
  });

  test("does not send the work back, however often it may be reworked", () => {
    given(...path.toDeploying)
      .when(on.deployFailed(1, changed, []))
      .then(remembers({ reworks: 0 }));
  });

  test("of another round is not this ticket's", () => {
    given(...path.toDeploying)
      .when(on.deployFailed(7, changed, []))
      .then(refused("event_refused"));
  });
});

describe("going on after a person has looked", () => {
  const fromDeploy = [...path.toDeploying, on.deployFailed(1, changed, [])];

  test("the deploy is tried again under the approval that holds", () => {
    given(...fromDeploy)
      .when(on.resumed())
      .then(
        inState("deploying"),
        sends({ to: "shop", type: "deploy.request", round: 2 }),
        remembers({ blocked: undefined }),
      );
  });
  test("a day later a person approves again", () => {
    given(...fromDeploy)
      .when(later(24 * hourMs, on.resumed()))
      .then(inState("approving.waiting"));
  });
  test("without a stack the merge is tried again", () => {
    given(...path.toMergingWithoutStack, on.mergeFailed(changed))
      .when(on.resumed())
      .then(inState("merging.merging"), remembers({ blocked: undefined }));
  });
  test("work that did not come to an end begins anew", () => {
    given(...path.toImplementing, on.implementFailed(changed))
      .when(on.resumed())
      .then(inState("assigned"), remembers({ blocked: undefined, attempt: 2 }));
  });
  test("or it is cancelled, and the reason goes", () => {
    given(...fromDeploy)
      .when(on.cancelled())
      .then(inState("cancelled"), remembers({ blocked: undefined }));
  });
  test("a pause by a person still has no reason", () => {
    given(...path.toReviewing)
      .when(on.paused())
      .then(remembers({ blocked: undefined }));
  });
});
