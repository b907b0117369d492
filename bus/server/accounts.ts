import { answererOf, capabilities, corePrincipals } from "../capabilities.ts";
import { principals, workers, type Principal, type Worker } from "../messages/principals.ts";
import type { Question } from "../messages/questions.ts";
import { createSubjects, type Subjects } from "../subjects.ts";

/** Something that one account lets the named others reach. */
export interface Export {
  readonly kind: "service" | "stream";
  readonly subject: string;
  readonly accounts: readonly string[];
  /** Answers with more than one message. */
  readonly manyReplies?: true;
}

/** Something that an account takes from another, under `to` where the local subject differs. */
export interface Import {
  readonly kind: "service" | "stream";
  readonly account: string;
  readonly subject: string;
  readonly to?: string;
}

/** One user with all it may publish and subscribe to. */
export interface User {
  readonly principal: Principal;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** May answer the requests it is given. */
  readonly answers: boolean;
}

export interface Account {
  readonly name: string;
  readonly jetstream: boolean;
  readonly users: readonly User[];
  readonly exports: readonly Export[];
  readonly imports: readonly Import[];
}

/** Prefix of the JetStream API inside a worker's account. */
export const workerApiPrefix = "JSC.API";

/** Where a client of this principal receives its replies. */
export function inboxPrefix(prefix: string, principal: Principal): string {
  return `_INBOX_${prefix}_${principal}`;
}

/**
 * Where watchers read the feed live: the FEED stream publishes there what it stored, since a message that came in
 * through a service import does not go out through a stream export.
 */
export function watchSubject(prefix: string): string {
  return `${prefix}.watch.>`;
}

/** Where a worker puts a command that it cannot read; what it may ask back from there is its own commands only. */
export function deadOfWorker(subjects: Subjects, worker: Worker): string {
  return subjects.dead(`${subjects.streams.commands}-${worker}`);
}

const isCore = (principal: Principal): boolean =>
  (corePrincipals as readonly Principal[]).includes(principal);
const isWorker = (principal: Principal): principal is Worker =>
  (workers as readonly Principal[]).includes(principal);

/** Name of the account that a principal's user is in. */
export function accountOf(prefix: string, principal: Principal): string {
  return `${prefix}-${isCore(principal) ? "CORE" : principal}`;
}

/** All that a principal outside CORE reaches there: subject in CORE, and the local one where it differs. */
function servicesOf(
  subjects: Subjects,
  principal: Principal,
): { subject: string; to?: string; manyReplies?: true }[] {
  const grants = capabilities[principal];
  const services: { subject: string; to?: string; manyReplies?: true }[] = grants.intents.map((verb) => ({
    subject: subjects.intent(principal, verb),
  }));
  if (isWorker(principal)) {
    const consumer = `${subjects.streams.commands}.${principal}`;
    services.push(
      {
        subject: `$JS.API.CONSUMER.MSG.NEXT.${consumer}`,
        to: `${workerApiPrefix}.CONSUMER.MSG.NEXT.${consumer}`,
        manyReplies: true,
      },
      { subject: `$JS.API.CONSUMER.INFO.${consumer}`, to: `${workerApiPrefix}.CONSUMER.INFO.${consumer}` },
      { subject: `$JS.ACK.${consumer}.>` },
      ...grants.commands.map((type) => ({ subject: subjects.result(type) })),
      { subject: subjects.beatsOf(principal) },
      { subject: deadOfWorker(subjects, principal) },
    );
  }
  if (grants.feed) services.push({ subject: subjects.feedOf(principal) });
  return services;
}

function questionImports(subjects: Subjects, asked: Iterable<Question>): Import[] {
  return [...new Set(asked)].map((question) => ({
    kind: "service",
    account: accountOf(subjects.prefix, answererOf(question)),
    subject: subjects.question(question),
  }));
}

function questionExports(subjects: Subjects, principal: Principal): Export[] {
  const answered = new Set(
    principals
      .flatMap((asker) => capabilities[asker].questions)
      .filter((question) => answererOf(question) === principal),
  );
  return [...answered].map((question) => {
    const askers = principals.filter((asker) => capabilities[asker].questions.includes(question));
    const accounts = new Set(askers.map((asker) => accountOf(subjects.prefix, asker)));
    return { kind: "service", subject: subjects.question(question), accounts: [...accounts] };
  });
}

function outerAccount(subjects: Subjects, principal: Principal): Account {
  const core = accountOf(subjects.prefix, "orchestrator");
  const grants = capabilities[principal];
  const services = servicesOf(subjects, principal);
  const answered = questionExports(subjects, principal);
  const watch = watchSubject(subjects.prefix);
  const imports: Import[] = services.map(({ subject, to }) => ({
    kind: "service",
    account: core,
    subject,
    ...(to ? { to } : {}),
  }));
  imports.push(...questionImports(subjects, grants.questions));
  if (grants.watch) imports.push({ kind: "stream", account: core, subject: watch });
  return {
    name: accountOf(subjects.prefix, principal),
    jetstream: false,
    exports: answered,
    imports,
    users: [
      {
        principal,
        publish: [
          ...services.map(({ subject, to }) => to ?? subject),
          ...grants.questions.map((question) => subjects.question(question)),
        ],
        subscribe: [
          `${inboxPrefix(subjects.prefix, principal)}.>`,
          ...(grants.watch ? [watch] : []),
          ...answered.map((service) => service.subject),
        ],
        answers: answered.length > 0,
      },
    ],
  };
}

/** What the orchestrator may do with its own streams; others of the same server stay out of reach. */
function streamGrants(subjects: Subjects): string[] {
  const { streams } = subjects;
  const names: string[] = [
    streams.flows,
    streams.commands,
    ...workers.map((worker) => streams.done(worker)),
    streams.timers,
    streams.feed,
    streams.dead,
    `KV_${streams.settings}`,
    `OBJ_${streams.artifacts}`,
  ];
  const perStream = names.flatMap((name) => [
    ...["CREATE", "UPDATE", "INFO", "MSG.GET"].map((verb) => `$JS.API.STREAM.${verb}.${name}`),
    `$JS.API.DIRECT.GET.${name}`,
    `$JS.API.DIRECT.GET.${name}.>`,
    `$JS.API.CONSUMER.CREATE.${name}.>`,
    `$JS.API.CONSUMER.INFO.${name}.*`,
    `$JS.API.CONSUMER.DELETE.${name}.*`,
    `$JS.API.CONSUMER.MSG.NEXT.${name}.*`,
    `$JS.ACK.${name}.>`,
    `$JS.FC.${name}.>`,
  ]);
  return [
    "$JS.API.INFO",
    ...perStream,
    `$JS.API.STREAM.MSG.DELETE.${streams.dead}`,
    `$JS.API.STREAM.PURGE.${streams.timers}`,
    `$JS.API.STREAM.PURGE.OBJ_${streams.artifacts}`,
    `$KV.${streams.settings}.>`,
    `$O.${streams.artifacts}.>`,
  ];
}

function coreAccount(subjects: Subjects): Account {
  const outer = principals.filter((principal) => !isCore(principal));
  const exports: Export[] = outer.flatMap((principal) =>
    servicesOf(subjects, principal).map(({ subject, manyReplies }) => ({
      kind: "service" as const,
      subject,
      accounts: [accountOf(subjects.prefix, principal)],
      ...(manyReplies ? { manyReplies } : {}),
    })),
  );
  const watchers = outer.filter((principal) => capabilities[principal].watch);
  exports.push({
    kind: "stream",
    subject: watchSubject(subjects.prefix),
    accounts: watchers.map((principal) => accountOf(subjects.prefix, principal)),
  });
  const asked = corePrincipals.flatMap((principal): readonly Question[] => capabilities[principal].questions);
  return {
    name: accountOf(subjects.prefix, "orchestrator"),
    jetstream: true,
    exports,
    imports: questionImports(subjects, asked),
    users: [
      {
        principal: "orchestrator",
        publish: [
          ...["flow", "cmd", "done", "timer", "fired", "dead"].map((head) => `${subjects.prefix}.${head}.>`),
          subjects.feedOf("orchestrator"),
          subjects.beatsOf("orchestrator"),
          ...streamGrants(subjects),
          "_R_.>",
        ],
        subscribe: [
          `${inboxPrefix(subjects.prefix, "orchestrator")}.>`,
          subjects.allIntents,
          subjects.allBeats,
          watchSubject(subjects.prefix),
        ],
        answers: false,
      },
    ],
  };
}

/** Every account of one installation, from the capability table: CORE first, then one per principal outside it. */
export function planAccounts(prefix: string): readonly Account[] {
  const subjects = createSubjects(prefix);
  const outer = principals.filter((principal) => !isCore(principal));
  return [coreAccount(subjects), ...outer.map((principal) => outerAccount(subjects, principal))];
}
