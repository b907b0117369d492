import { capabilities } from "../../../../bus/capabilities.ts";
import { principals, workers, type Principal, type Worker } from "../../../../bus/messages/principals.ts";

// What each principal may do, told from the capability table and the bus' own description, in words of its own: nothing
// here may come from the code that plans the accounts.

export const prefix = "walls";
/** Everyone who has an account of their own, apart from the orchestrator, which has CORE. */
export const outer: readonly Principal[] = principals.filter((principal) => principal !== "orchestrator");

const dashed = (name: string): string => name.replaceAll(".", "-");
/** The two halves of a name: `manager` and `review` of `manager.review`. */
const halves = (name: string): [string, string] => {
  const at = name.indexOf(".");
  return [name.slice(0, at), dashed(name.slice(at + 1))];
};
export const isWorker = (principal: Principal): principal is Worker =>
  (workers as readonly Principal[]).includes(principal);

export const subjectOf = {
  intent: (principal: string, verb: string) => `${prefix}.do.${principal}.${dashed(verb)}`,
  question: (name: string) => `${prefix}.ask.${halves(name).join(".")}`,
  command: (type: string, instance = "any") =>
    `${prefix}.cmd.${halves(type)[0]}.${instance}.${halves(type)[1]}`,
  result: (type: string) => `${prefix}.done.${halves(type).join(".")}`,
  inbox: (principal: string) => `_INBOX_${prefix}_${principal}`,
};

/** Every stream that an installation has. */
export const streamNames: readonly string[] = [
  ...["FLOWS", "COMMANDS", "TIMERS", "FEED", "DEAD"],
  ...workers.map((worker) => `DONE-${worker}`),
]
  .map((name) => `${prefix}-${name}`)
  .concat(`KV_${prefix}-SETTINGS`, `OBJ_${prefix}-ARTIFACTS`);
const commandsStream = `${prefix}-COMMANDS`;

/** Something that a principal may publish to, and whose account it reaches by that. */
export interface Reach {
  /** As the principal writes it; `*` and `>` where it may choose. */
  readonly subject: string;
  readonly account: Principal;
  /** As it arrives, where that differs. */
  readonly arrivesAs?: string;
  readonly manyReplies?: true;
}

/** All that a principal may publish to. */
export function reachOf(principal: Principal): readonly Reach[] {
  if (principal === "orchestrator") return coreSubjects().map((subject) => ({ subject, account: principal }));
  const grants = capabilities[principal];
  const core = (subject: string): Reach => ({ subject, account: "orchestrator" });
  const reach: Reach[] = grants.intents.map((verb) => core(subjectOf.intent(principal, verb)));
  for (const question of grants.questions)
    reach.push({ subject: subjectOf.question(question), account: halves(question)[0] as Principal });
  if (grants.feed) reach.push(core(`${prefix}.feed.${principal}.*`));
  if (!isWorker(principal)) return reach;
  const own = `${commandsStream}.${principal}`;
  return [
    ...reach,
    ...grants.commands.map((type) => core(subjectOf.result(type))),
    core(`${prefix}.beat.${principal}.*`),
    core(`${prefix}.dead.${commandsStream}-${principal}`),
    core(`$JS.ACK.${own}.>`),
    {
      ...core(`JSC.API.CONSUMER.MSG.NEXT.${own}`),
      arrivesAs: `$JS.API.CONSUMER.MSG.NEXT.${own}`,
      manyReplies: true,
    },
    { ...core(`JSC.API.CONSUMER.INFO.${own}`), arrivesAs: `$JS.API.CONSUMER.INFO.${own}` },
  ];
}

/** What the orchestrator does with its own account: append and dispatch, its own streams and no other, no way to rewrite flows. */
function coreSubjects(): string[] {
  const subjects = ["flow", "cmd", "done", "timer", "fired", "dead"].map((kind) => `${prefix}.${kind}.>`);
  subjects.push(`${prefix}.feed.orchestrator.*`, `${prefix}.beat.orchestrator.*`, "_R_.>", "$JS.API.INFO");
  subjects.push(`$KV.${prefix}-SETTINGS.>`, `$O.${prefix}-ARTIFACTS.>`);
  for (const stream of streamNames) {
    for (const verb of ["CREATE", "UPDATE", "INFO", "MSG.GET"])
      subjects.push(`$JS.API.STREAM.${verb}.${stream}`);
    for (const verb of ["INFO", "DELETE", "MSG.NEXT"]) subjects.push(`$JS.API.CONSUMER.${verb}.${stream}.*`);
    subjects.push(`$JS.API.CONSUMER.CREATE.${stream}.>`);
    subjects.push(`$JS.API.DIRECT.GET.${stream}`, `$JS.API.DIRECT.GET.${stream}.>`);
    subjects.push(`$JS.ACK.${stream}.>`, `$JS.FC.${stream}.>`);
  }
  subjects.push(`$JS.API.STREAM.MSG.DELETE.${prefix}-DEAD`);
  subjects.push(`$JS.API.STREAM.PURGE.${prefix}-TIMERS`, `$JS.API.STREAM.PURGE.OBJ_${prefix}-ARTIFACTS`);
  return subjects;
}

/** Who asks a question, if anyone. */
export function askersOf(question: string): readonly Principal[] {
  return principals.filter((principal) =>
    (capabilities[principal].questions as readonly string[]).includes(question),
  );
}

/** Questions that a principal answers, because somebody may ask them. */
export function answeredBy(principal: Principal): readonly string[] {
  const asked = new Set<string>(principals.flatMap((asker) => capabilities[asker].questions));
  return [...asked].filter((question) => halves(question)[0] === principal);
}

/** All that a principal may listen to. */
export function hearingOf(principal: Principal): readonly string[] {
  return [
    `${subjectOf.inbox(principal)}.>`,
    ...(capabilities[principal].watch ? [`${prefix}.watch.>`] : []),
    ...answeredBy(principal).map((question) => subjectOf.question(question)),
    ...(principal === "orchestrator" ? [`${prefix}.do.*.*`, `${prefix}.beat.*.*`] : []),
  ];
}

/** Whether every subject of `part` is one of `whole`; both may have wildcards. */
export function isWithin(part: string, whole: string): boolean {
  const [narrow, wide] = [part.split("."), whole.split(".")];
  for (const [at, token] of wide.entries()) {
    const other = narrow[at];
    if (other === undefined) return false;
    if (token === ">") return true;
    if (other === ">" || (token !== "*" && token !== other)) return false;
  }
  return narrow.length === wide.length;
}

/** Where a message of this principal on this subject has to arrive; undefined: nowhere. */
export function destinationOf(principal: Principal, subject: string): Principal | undefined {
  return reachOf(principal).find((reach) => isWithin(subject, reach.subject))?.account;
}
