import type { Principal } from "../../../../bus/messages/principals.ts";
import { planAccounts, type Account, type Export, type Import } from "../../../../bus/server/accounts.ts";
import type { Outcome } from "./cell.ts";
import { isWithin, prefix } from "./oracle.ts";
import type { Part } from "./run.ts";

/** What kind of change a mutant is. */
export const mutantKinds = [
  "publish removed",
  "subscribe removed",
  "import removed",
  "export removed",
  "publish added",
  "subscribe added",
  "import added",
  "export widened",
  "everything opened",
  "switch turned",
] as const;
export type MutantKind = (typeof mutantKinds)[number];

/** The generated accounts with one grant more or less. */
export interface Mutant {
  readonly kind: MutantKind;
  /** Whose grant it is. */
  readonly principal: Principal;
  readonly grant: string;
  apply(accounts: readonly Account[]): readonly Account[];
  /** Whether a cell is about this grant: only such a cell's fault counts as this mutant's. */
  isAbout(outcome: Outcome): boolean;
  /** The subjects that it opens or closes, as its principal writes them. */
  readonly covers: string;
  /** Parts of a run in which its cells are. */
  readonly parts: readonly Part[];
}

const planned = planAccounts(prefix);
const ownerOf = ({ users }: Account): Principal => users[0]?.principal ?? "orchestrator";

function change(name: string, alter: (account: Account) => Account): Mutant["apply"] {
  return (accounts) => accounts.map((account) => (account.name === name ? alter(account) : account));
}
function changeUser(account: Account, alter: Partial<Account["users"][number]>): Account {
  return { ...account, users: account.users.map((user) => ({ ...user, ...alter })) };
}
const sameDoor = (one: Import | Export, other: Import | Export): boolean =>
  one.kind === other.kind && one.subject === other.subject;

type UserList = "publish" | "subscribe";

function listMutant(account: Account, list: UserList, grant: string, add: boolean): Mutant {
  const principal = ownerOf(account);
  const how: readonly string[] = list === "publish" ? ["publish"] : ["subscribe", "subscribe in a queue"];
  return {
    kind: `${list} ${add ? "added" : "removed"}`,
    principal,
    grant,
    covers: grant,
    parts: [list === "publish" ? "publish" : "listen"],
    apply: change(account.name, (now) =>
      changeUser(now, {
        [list]: (now.users[0]?.[list] ?? [])
          .filter((subject) => subject !== grant)
          .concat(add ? [grant] : []),
      }),
    ),
    isAbout: (outcome) =>
      outcome.principal === principal && how.includes(outcome.how) && isWithin(outcome.subject, grant),
  };
}

/** Lets `name` take what another account exports. */
function widen(account: Account, door: Import | Export, name: string): Account {
  const exports = account.exports.map((there) =>
    sameDoor(there, door) && !there.accounts.includes(name)
      ? { ...there, accounts: [...there.accounts, name] }
      : there,
  );
  if (exports.some((there) => sameDoor(there, door))) return { ...account, exports };
  return {
    ...account,
    exports: [...exports, { kind: door.kind, subject: door.subject, accounts: [name] }],
  };
}

function importMutant(account: Account, door: Import, add: boolean): Mutant {
  const principal = ownerOf(account);
  const local = door.to ?? door.subject;
  const [how, part]: [string, Part] =
    door.kind === "service"
      ? ["publish without permissions", "burglary"]
      : ["hear without permissions", "overhear"];
  const alter = change(account.name, (now) => ({
    ...now,
    imports: now.imports
      .filter((there) => !sameDoor(there, door) || there.to !== door.to)
      .concat(add ? [door] : []),
  }));
  return {
    kind: `import ${add ? "added" : "removed"}`,
    principal,
    grant: `${door.kind} ${door.subject}${door.to ? ` as ${door.to}` : ""}`,
    covers: local,
    parts: [part],
    apply: (accounts) =>
      alter(add ? change(door.account, (owner) => widen(owner, door, account.name))(accounts) : accounts),
    isAbout: (outcome) =>
      outcome.principal === principal && outcome.how === how && isWithin(outcome.subject, local),
  };
}

/** A door that is opened to one more account, which does not use it yet: only the server's own list shows it. */
function exportMutant(account: Account, door: Export, reader: Account): Mutant {
  return {
    kind: "export widened",
    principal: ownerOf(account),
    grant: `${door.kind} ${door.subject} to ${reader.name}`,
    covers: door.subject,
    parts: ["doors"],
    apply: change(account.name, (now) => widen(now, door, reader.name)),
    isAbout: (outcome) =>
      outcome.how === "server's own list" &&
      outcome.subject.startsWith(`export ${door.kind} ${door.subject} to ${reader.name}`),
  };
}

/** An export that is taken from an account which imports it. */
export function exportRemovals(): readonly Mutant[] {
  return planned.flatMap((account) =>
    account.exports.flatMap((door) =>
      door.accounts.map((reader): Mutant => ({
        kind: "export removed",
        principal: ownerOf(account),
        grant: `${door.kind} ${door.subject} to ${reader}`,
        covers: door.subject,
        parts: [],
        apply: change(account.name, (now) => ({
          ...now,
          exports: now.exports
            .map((there) =>
              sameDoor(there, door)
                ? { ...there, accounts: there.accounts.filter((name) => name !== reader) }
                : there,
            )
            .filter((there) => there.accounts.length > 0),
        })),
        isAbout: () => false,
      })),
    ),
  );
}

const subjectsOf = (account: Account, list: UserList): readonly string[] => account.users[0]?.[list] ?? [];
const localOf = (door: Import): string => `${door.kind} ${door.to ?? door.subject}`;

/** Every grant of every account taken away, one at a time. */
export function removals(): readonly Mutant[] {
  return planned.flatMap((account) => [
    ...subjectsOf(account, "publish").map((grant) => listMutant(account, "publish", grant, false)),
    ...subjectsOf(account, "subscribe").map((grant) => listMutant(account, "subscribe", grant, false)),
    ...account.imports.map((door) => importMutant(account, door, false)),
  ]);
}

/** Every grant of every other principal given to each, one at a time: permissions, imports and exports each on their own. */
export function additions(): readonly Mutant[] {
  return planned.flatMap((account) => {
    const others = planned.filter((other) => other !== account);
    const missing = (list: UserList): string[] => {
      const own = subjectsOf(account, list);
      const theirs = new Set(others.flatMap((other) => subjectsOf(other, list)));
      return [...theirs].filter((grant) => !own.some((whole) => isWithin(grant, whole)));
    };
    const own = new Set(account.imports.map(localOf));
    const doors = new Map(
      others
        .flatMap((other) => other.imports)
        .filter((door) => door.account !== account.name && !own.has(localOf(door)))
        .map((door) => [localOf(door), door]),
    );
    const readers = (door: Export): Account[] => others.filter(({ name }) => !door.accounts.includes(name));
    return [
      ...missing("publish").map((grant) => listMutant(account, "publish", grant, true)),
      ...missing("subscribe").map((grant) => listMutant(account, "subscribe", grant, true)),
      ...[...doors.values()].map((door) => importMutant(account, door, true)),
      ...account.exports.flatMap((door) =>
        readers(door).map((reader) => exportMutant(account, door, reader)),
      ),
    ];
  });
}

const wide = [">", "$JS.>", "$JS.API.>", "$SYS.>", "$KV.>", "$O.>", "_R_.>", "_INBOX.>"].concat(
  ["", "do.", "flow.", "cmd.", "done.", "timer.", "fired.", "feed.", "dead.", "beat.", "ask.", "watch."].map(
    (head) => `${prefix}.${head}>`,
  ),
);

/** Grants far wider than anyone has: on each list of each user, as a service and as a stream of CORE, and JetStream itself. */
export function openings(): readonly Mutant[] {
  const core = planned[0]?.name ?? "";
  return planned.flatMap((account): Mutant[] => {
    const rename = (mutant: Mutant): Mutant => ({ ...mutant, kind: "everything opened" });
    const covered = (list: UserList, grant: string): boolean =>
      subjectsOf(account, list).some((whole) => isWithin(grant, whole));
    const users = (["publish", "subscribe"] as const).flatMap((list) =>
      wide.filter((grant) => !covered(list, grant)).map((grant) => listMutant(account, list, grant, true)),
    );
    if (account.name === core) return users.map(rename);
    const doors = wide
      .filter((subject) => subject.startsWith(`${prefix}.`) || subject === "$KV.>" || subject === "$O.>")
      .flatMap((subject) =>
        (["service", "stream"] as const).map((kind) =>
          importMutant(account, { kind, account: core, subject }, true),
        ),
      )
      .filter(({ grant }) => !account.imports.some((door) => `${door.kind} ${door.subject}` === grant));
    return [...users, ...doors].map(rename);
  });
}
