import { describe, test } from "vitest";
import {
  commanded,
  commands,
  inState,
  pending,
  refused,
  remembers,
  sends,
  waitsForPerson,
} from "./support/expectations.ts";
import { candidate, commit } from "./support/samples.ts";
import * as on from "./support/ticket-events.ts";
import { given } from "./support/ticket-events.ts";
import * as path from "./support/ticket-paths.ts";

describe("an assisted ticket", () => {
  test("goes to the manager for triage", () => {
    given().when(on.opened()).then(inState("open.triaging"), commands("manager.triage"));
  });

  test("asks the autopilot whether to begin, with what the triage found", () => {
    given(...path.toOpen)
      .when(on.triaged({ priority: "high" }))
      .then(
        commanded("autopilot.decide", { question: "assign" }),
        remembers({ priority: "high", repo: "shop" }),
      );
  });

  test("is handed to the developer when the autopilot says go", () => {
    given(...path.toDeciding)
      .when(on.decided("go"))
      .then(inState("assigned"), commanded("developer.implement", { attempt: 1, reasons: [] }));
  });

  test("shows who works on it, and keeps the command until its result", () => {
    given(...path.toAssigned)
      .when(on.claimed("dev-1"))
      .then(
        inState("implementing"),
        commands(),
        pending("developer.implement"),
        remembers({ assignedTo: "dev-1" }),
      );
  });

  test("follows the instance that took over", () => {
    given(...path.toImplementing)
      .when(on.claimed("dev-2"))
      .then(inState("implementing"), pending("developer.implement"), remembers({ assignedTo: "dev-2" }));
  });

  test("is reviewed, then waits for a person's approval", () => {
    given(...path.toImplementing)
      .when(on.implemented())
      .then(inState("reviewing"), commands("manager.review"));
    given(...path.toReviewing)
      .when(on.reviewed("approve"))
      .then(inState("approving.waiting"), commands(), waitsForPerson());
  });

  test("asks for the deploy lane once approved", () => {
    given(...path.toApproving)
      .when(on.approved())
      .then(
        inState("deploying"),
        sends({ to: "shop", type: "deploy.request", round: 1, branch: "dockfra/T-0001" }),
      );
  });

  test("is verified on the running candidate, merged, released and closed", () => {
    given(...path.toDeploying)
      .when(on.live())
      .then(
        inState("verifying"),
        commanded("monitor.verify", { commit: candidate.commit, url: "http://127.0.0.1:8080" }),
      );
    given(...path.toVerifying)
      .when(on.verified())
      .then(inState("merging"), commanded("developer.merge", { candidate }));
    given(...path.toMerging)
      .when(on.merged())
      .then(inState("merging.settling"), sends({ to: "shop", type: "deploy.confirm", round: 1 }));
    given(...path.toSettling)
      .when(on.settled("released"))
      .then(
        inState("merging.updating"),
        commanded("host.checkout", { commit: commit("c"), baseBranch: "main" }),
      );
    given(...path.toUpdating)
      .when(on.checkedOut())
      .then(
        inState("closed"),
        waitsForPerson(),
        remembers({ mergedCommit: commit("c"), evidence: [{ passed: true }] }),
      );
  });

  test("closes with the command for a checkout that could not follow, or without one", () => {
    given(...path.toUpdating)
      .when(on.checkedOut("git merge --ff-only main"))
      .then(inState("closed"), remembers({ checkoutCommand: "git merge --ff-only main" }));
    given(...path.toUpdating)
      .when(on.checkoutFailed())
      .then(inState("closed"));
  });
});

describe("a project without a stack", () => {
  test("is merged right after the approval", () => {
    given(...path.toMergingWithoutStack.slice(0, -1))
      .when(on.approved())
      .then(
        inState("merging.merging"),
        commanded("developer.merge", {
          candidate: { repo: "shop", baseBranch: "main", baseCommit: commit("a"), commit: commit("b") },
        }),
        sends(),
      );
  });

  test("closes without asking a deploy lane", () => {
    given(...path.toMergingWithoutStack)
      .when(on.merged(), on.checkedOut())
      .then(inState("closed"), sends());
  });
});

describe("a manual ticket", () => {
  const toWaiting = [on.opened({ autonomy: "manual" }), on.triaged(), on.decided("wait")];

  test("waits for a person to assign it", () => {
    given(...toWaiting.slice(0, -1))
      .when(on.decided("wait"))
      .then(inState("open.waiting"), waitsForPerson());
    given(...toWaiting)
      .when(on.assigned())
      .then(inState("assigned"));
  });

  test("is not begun by an autopilot that says go all the same", () => {
    given(...toWaiting.slice(0, -1))
      .when(on.decided("go"))
      .then(inState("open.waiting"), commands());
  });

  test("is not begun by a role that assigns it", () => {
    given(...toWaiting)
      .when(on.by("autopilot", on.assigned()))
      .then(refused("person_needed"));
  });

  test("keeps its level when the project's own is higher", () => {
    given(on.opened({ autonomy: "manual" }))
      .when(on.triaged({ autonomy: "autonomous" }))
      .then(remembers({ autonomy: "manual" }));
  });
});

describe("an autonomous ticket", () => {
  const toReviewing = [
    on.opened({ autonomy: "autonomous" }),
    on.triaged(),
    on.decided("go"),
    on.claimed("dev-1"),
    on.implemented(),
  ];
  const toDeciding = [...toReviewing, on.reviewed("approve")];

  test("asks the autopilot instead of a person", () => {
    given(...toReviewing)
      .when(on.reviewed("approve"))
      .then(inState("approving.deciding"), commanded("autopilot.decide", { question: "approve" }));
    given(...toDeciding)
      .when(on.decided("go"))
      .then(inState("deploying"));
  });

  test("merges at once without a stack", () => {
    given(
      on.opened({ autonomy: "autonomous" }),
      on.triagedWithoutStack(),
      on.decided("go"),
      on.claimed("dev-1"),
      on.implemented(),
      on.reviewed("approve"),
    )
      .when(on.decided("go"))
      .then(inState("merging"));
  });

  test("waits for a person where the autopilot says so, fails or is silent", () => {
    given(...toDeciding)
      .when(on.decided("wait"))
      .then(inState("approving.waiting"));
    given(...toDeciding)
      .when(on.decideFailed())
      .then(inState("approving.waiting"));
  });

  test("may be approved or rejected by a person while the autopilot thinks", () => {
    given(...toDeciding)
      .when(on.approved())
      .then(inState("deploying"), pending("deploy.request"));
    given(...toDeciding)
      .when(on.rejected("No."))
      .then(inState("rework"));
  });

  test("takes the project's own level where nobody chose one", () => {
    given(on.opened())
      .when(on.triaged({ autonomy: "autonomous" }))
      .then(remembers({ autonomy: "autonomous" }));
  });

  test("asks anew when the text changes while the autopilot thinks", () => {
    given(...toDeciding)
      .when(on.updated({ title: "Another thing" }))
      .then(inState("approving.deciding"), commands("autopilot.decide"), pending("autopilot.decide"));
  });

  test("waits for a person when the level is lowered while the autopilot thinks", () => {
    given(...toDeciding)
      .when(on.updated({ autonomy: "assisted" }), on.decided("go"))
      .then(inState("approving.waiting"));
  });
});

describe("a ticket of an outside author", () => {
  const toDeciding = [on.opened({ trusted: false, autonomy: "autonomous" }), on.triaged()];
  const toWaiting = [...toDeciding, on.decided("wait")];

  test("is not begun before a person says so, whatever the autopilot says", () => {
    given(...toDeciding)
      .when(on.decided("go"))
      .then(inState("open.waiting"), commands());
    given(...toWaiting)
      .when(on.by("manager", on.assigned()))
      .then(refused("person_needed"));
    given(...toWaiting)
      .when(on.assigned())
      .then(inState("assigned"));
  });

  test("is always approved by a person", () => {
    given(...toWaiting, on.assigned(), on.claimed("dev-1"), on.implemented())
      .when(on.reviewed("approve"))
      .then(inState("approving.waiting"));
  });
});

describe("before a ticket begins", () => {
  test("a person may assign it while the autopilot thinks", () => {
    given(...path.toDeciding)
      .when(on.assigned())
      .then(inState("assigned"), pending("developer.implement"));
  });

  test("nobody may assign it before the triage found its repository", () => {
    given(...path.toOpen)
      .when(on.assigned())
      .then(refused("triage_pending"));
  });

  test("a person need not wait for the triage of a ticket that names its repository", () => {
    given(on.opened({ repo: "shop" }))
      .when(on.assigned())
      .then(inState("assigned"));
  });

  test("the autopilot may fail: a person decides", () => {
    given(...path.toDeciding)
      .when(on.decideFailed())
      .then(inState("open.waiting"));
  });

  test("only a person changes its level", () => {
    given(...path.toWaiting)
      .when(on.by("manager", on.updated({ autonomy: "autonomous" })))
      .then(refused("person_needed"));
    given(...path.toWaiting)
      .when(on.updated({ autonomy: "autonomous" }))
      .then(remembers({ autonomy: "autonomous" }));
  });
});
