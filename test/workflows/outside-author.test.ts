import { test } from "vitest";
import { commands, inState } from "./support/expectations.ts";
import * as on from "./support/ticket-events.ts";
import { given } from "./support/ticket-events.ts";

const begun = [on.opened({ trusted: false }), on.triaged(), on.decided("wait"), on.assigned()];
const newWords = on.updated({ description: { head: "Something else." } });

test("new words of an outside author are triaged again while the work is under way", () => {
  for (const way of [
    begun,
    [...begun, on.claimed("dev-1")],
    [...begun, on.claimed("dev-1"), on.implemented()],
  ]) {
    given(...way)
      .when(newWords)
      .then(inState("open.triaging"), commands("manager.triage"));
  }
});

test("a new label of an outside author's ticket stops nothing", () => {
  given(...begun)
    .when(on.updated({ labels: ["later"] }))
    .then(inState("assigned"));
});

test("new words of a trusted author go on", () => {
  given(on.opened({ trusted: true }), on.triaged(), on.decided("wait"), on.assigned())
    .when(newWords)
    .then(inState("assigned"));
});
