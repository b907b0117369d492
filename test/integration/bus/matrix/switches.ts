import { planAccounts, type Account } from "../../../../bus/server/accounts.ts";
import type { Mutant } from "./mutants.ts";
import { prefix } from "./oracle.ts";

const planned = planAccounts(prefix);

function change(name: string, alter: (account: Account) => Account): Mutant["apply"] {
  return (accounts) => accounts.map((account) => (account.name === name ? alter(account) : account));
}

/** What is no subject: whether a user may follow replies, an account has JetStream, a service may answer more than once. */
export function switches(): readonly Mutant[] {
  return planned.flatMap((account) => {
    const principal = account.users[0]?.principal ?? "orchestrator";
    const answers = account.users[0]?.answers === true;
    const turn = (grant: string, alter: (now: Account) => Account, isAbout: Mutant["isAbout"]): Mutant => ({
      kind: "switch turned",
      principal,
      grant,
      covers: ">",
      parts: ["doors"],
      apply: change(account.name, alter),
      isAbout,
    });
    return [
      turn(
        `answers ${String(!answers)}`,
        (now) => ({ ...now, users: now.users.map((user) => ({ ...user, answers: !answers })) }),
        (outcome) => outcome.principal === principal && outcome.how === "answer",
      ),
      // CORE without JetStream has no streams to prove anything on
      ...(account.jetstream
        ? []
        : [
            turn(
              "jetstream",
              (now) => ({ ...now, jetstream: true }),
              (outcome) => outcome.principal === principal && outcome.subject === "JetStream",
            ),
          ]),
      ...account.exports
        .filter(({ kind, manyReplies }) => kind === "service" && manyReplies)
        .map((door) =>
          turn(
            `one reply of ${door.subject}`,
            (now) => ({
              ...now,
              exports: now.exports.map((there) =>
                there.subject === door.subject
                  ? { kind: there.kind, subject: there.subject, accounts: there.accounts }
                  : there,
              ),
            }),
            (outcome) =>
              outcome.how === "pull, ack and look" || outcome.subject.includes(` ${door.subject} `),
          ),
        ),
    ];
  });
}

/** A service that answers once, let answer more often. */
export function chatty(): readonly Mutant[] {
  return planned.flatMap((account) =>
    account.exports
      .filter(({ kind, manyReplies }) => kind === "service" && !manyReplies)
      .map((door): Mutant => ({
        kind: "switch turned",
        principal: account.users[0]?.principal ?? "orchestrator",
        grant: `many replies of ${door.subject}`,
        covers: ">",
        parts: ["doors"],
        apply: change(account.name, (now) => ({
          ...now,
          exports: now.exports.map((there) =>
            there.subject === door.subject ? { ...there, manyReplies: true as const } : there,
          ),
        })),
        isAbout: (outcome) => outcome.subject.startsWith(`export service ${door.subject} to `),
      })),
  );
}

/** The accounts with one role's user in CORE, as if there were no walls: what the replies of a hijacked role could do then. */
export function withoutWall(principal: "developer"): readonly Account[] {
  const users = planned.flatMap((account) => account.users).filter((user) => user.principal === principal);
  return planned.map((account, at) => {
    if (at === 0) return { ...account, users: [...account.users, ...users] };
    return account.users.some((user) => users.includes(user)) ? { ...account, users: [] } : account;
  });
}
