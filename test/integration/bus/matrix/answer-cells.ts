import { intents } from "../../../../bus/messages/intents.ts";
import { principals, workers, type Principal } from "../../../../bus/messages/principals.ts";
import { questions } from "../../../../bus/messages/questions.ts";
import { newToken, refusalOf, type Actor } from "./actor.ts";
import type { Outcome } from "./cell.ts";
import { answeredBy, destinationOf, isWorker, outer, prefix, subjectOf } from "./oracle.ts";
import type { Stage } from "./stage.ts";

export type Cast = Readonly<Record<Principal, Actor>>;

/** Answers whatever it is asked, wherever the answer is to go: the most careless server there can be. Returns how to end it. */
export function answerAll(cast: Cast, times = 1): () => void {
  const subscriptions = principals.flatMap((principal) => {
    const { nc } = cast[principal];
    const subjects =
      principal === "orchestrator" ? [`${prefix}.do.*.*`] : answeredBy(principal).map(subjectOf.question);
    return subjects.map((subject) =>
      nc.subscribe(subject, {
        callback: (error, message) => {
          if (error || !message.reply) return;
          for (let time = 0; time < times; time++) nc.publish(message.reply, `re:${message.string()}`);
        },
      }),
    );
  });
  return () => subscriptions.forEach((subscription) => subscription.unsubscribe());
}

/** Waits until questions and answers have gone through the hands of all. */
export async function settleAll(stage: Stage, cast: Cast): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await Promise.all(principals.map((principal) => cast[principal].settle()));
    await stage.settle();
  }
}

/** Asks every intent and question, and looks for the answer in its own inbox. */
export async function tryAsking(stage: Stage, cast: Cast): Promise<Outcome[]> {
  const end = answerAll(cast);
  const verbs = Object.keys(intents);
  const places = [
    ...principals.flatMap((asked) =>
      verbs.map((verb) => ({ what: "intents", subject: subjectOf.intent(asked, verb) })),
    ),
    ...Object.keys(questions).map((name) => ({ what: "questions", subject: subjectOf.question(name) })),
  ];
  await settleAll(stage, cast);
  const asked = outer.flatMap((principal) => {
    const { nc } = cast[principal];
    const answers = new Set<string>();
    const inbox = nc.subscribe(`${subjectOf.inbox(principal)}.>`, {
      callback: (error, message) => {
        if (!error) answers.add(message.string());
      },
    });
    return places.map((place) => {
      const token = newToken();
      nc.publish(place.subject, token, { reply: `${subjectOf.inbox(principal)}.${token}` });
      return { ...place, principal, token, answers, inbox };
    });
  });
  await settleAll(stage, cast);
  end();
  for (const { inbox } of asked) inbox.unsubscribe();
  return asked.map(({ what, subject, principal, token, answers }) => {
    const allowed = destinationOf(principal, subject) !== undefined;
    const answered = answers.has(`re:${token}`);
    const fault = answered === allowed ? undefined : answered ? "was answered" : "got no answer";
    return { principal, how: "ask and be answered", what, subject, allowed, fault };
  });
}

/** Lets everyone whom somebody may ask answer twice: the first goes through, the second is refused, and so is an answer to nobody. */
export async function tryAnswering(stage: Stage, cast: Cast): Promise<Outcome[]> {
  const end = answerAll(cast, 2);
  await settleAll(stage, cast);
  const asked = workers.flatMap((answerer) =>
    answeredBy(answerer).map((question) => {
      const [token, subject] = [newToken(), subjectOf.question(question)];
      // people may ask nearly everything
      const asker = destinationOf("operator", subject) === undefined ? "monitor" : "operator";
      cast[asker].nc.publish(subject, token, { reply: `${subjectOf.inbox(asker)}.${token}` });
      return { answerer, question, token, asker };
    }),
  );
  await settleAll(stage, cast);
  end();
  const outcomes = asked.flatMap(({ answerer, question, token, asker }): Outcome[] => {
    const answers = stage
      .arrivals(token)
      .filter(({ account, body }) => account === asker && body.startsWith("re:"));
    const tell = (subject: string, allowed: boolean, fault?: string): Outcome => ({
      principal: answerer,
      how: "answer",
      what: "questions",
      subject,
      allowed,
      fault,
    });
    return [
      tell(`${question} once`, true, answers.length > 0 ? undefined : "did not arrive"),
      tell(`${question} twice`, false, answers.length < 2 ? undefined : `arrived ${answers.length} times`),
    ];
  });
  outcomes.push(...(await tryReplying(stage, cast)));
  for (const principal of outer) {
    const subject = `_R_.${newToken()}`;
    cast[principal].nc.publish(subject, "forged");
    await cast[principal].settle();
    const refused = cast[principal].refused.has(refusalOf("publish", subject));
    const fault = refused ? undefined : "was not refused";
    outcomes.push({
      principal,
      how: "answer",
      what: "answers of others",
      subject: "_R_",
      allowed: false,
      fault,
    });
  }
  return outcomes;
}

/** Sends everyone a message that names a reply of somebody's choice: only who answers questions may follow it, within its account. */
async function tryReplying(stage: Stage, cast: Cast): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const principal of principals) {
    const reply = `reply.${newToken()}`;
    const listening = cast[principal].nc.subscribe(`${subjectOf.inbox(principal)}.lure`, {
      callback: (error, message) => {
        if (!error && message.reply) cast[principal].nc.publish(message.reply, "lured");
      },
    });
    await cast[principal].settle();
    stage.witness(principal).nc.publish(`${subjectOf.inbox(principal)}.lure`, "come", { reply });
    await stage.witness(principal).settle();
    await cast[principal].settle();
    await cast[principal].settle();
    listening.unsubscribe();
    const allowed = answeredBy(principal).length > 0;
    const refused = cast[principal].refused.has(refusalOf("publish", reply));
    outcomes.push({
      principal,
      how: "answer",
      what: "answers of others",
      subject: "a message that names a reply",
      allowed,
      fault: refused !== allowed ? undefined : allowed ? "was refused" : "was not refused",
    });
  }
  return outcomes;
}

/** Hands each worker two commands: one pull brings both, acks remove them, and the worker sees that in its consumer. */
export async function tryPulling(stage: Stage, cast: Cast): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const stream = `${prefix}-COMMANDS`;
  for (const worker of workers.filter(isWorker)) {
    const { nc, settle } = cast[worker];
    const inbox = `${subjectOf.inbox(worker)}.${newToken()}`;
    const pulled: { body: string; reply: string }[] = [];
    let told = "";
    const listening = nc.subscribe(`${inbox}.*`, {
      callback: (error, message) => {
        if (error) return;
        if (message.subject.endsWith(".info")) told = message.string();
        else if (message.data.length > 0) pulled.push({ body: message.string(), reply: message.reply ?? "" });
      },
    });
    const own = [newToken(), newToken()];
    for (const token of own)
      cast.orchestrator.nc.publish(`${prefix}.cmd.${worker}.any.matrix`, `${token} for ${worker}`);
    cast.orchestrator.nc.publish(`${prefix}.cmd.${worker}.other.matrix`, `${newToken()} for another queue`);
    await cast.orchestrator.settle();
    nc.publish(
      `JSC.API.CONSUMER.MSG.NEXT.${stream}.${worker}`,
      JSON.stringify({ batch: 50, expires: 400_000_000 }),
      { reply: `${inbox}.pull` },
    );
    await until(() => pulled.length >= 2, 2_000);
    for (const { reply } of pulled) nc.publish(reply, "+ACK");
    await settle();
    const pending = async (): Promise<number> =>
      (await stage.api<{ num_ack_pending: number }>(`CONSUMER.INFO.${stream}.${worker}`)).num_ack_pending;
    for (let wait = 0; wait < 50 && (await pending()) > 0; wait++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    nc.publish(`JSC.API.CONSUMER.INFO.${stream}.${worker}`, "", { reply: `${inbox}.info` });
    await until(() => told !== "", 1_000);
    listening.unsubscribe();
    const bodies = pulled.map(({ body }) => body);
    const tell = (subject: string, allowed: boolean, fault: string | false): void => {
      outcomes.push({
        principal: worker,
        how: "pull, ack and look",
        what: "commands",
        subject,
        allowed,
        fault: fault || undefined,
      });
    };
    const missing = own.filter((token) => !bodies.some((body) => body.startsWith(token)));
    tell("pull one's own commands", true, missing.length > 0 && `${missing.length} of 2 did not come`);
    const foreign = bodies.filter((body) => body.includes(" for ") && !body.endsWith(` for ${worker}`));
    tell("pull other commands", false, foreign.length > 0 && `${foreign.length} came`);
    const left = await pending();
    tell("ack what was pulled", true, left > 0 && `${left} are not acked`);
    tell("look at one's own consumer", true, !told.includes(`"name":"${worker}"`) && "got no answer");
  }
  return outcomes;
}

async function until(met: () => boolean, mostMs: number): Promise<void> {
  const deadline = performance.now() + mostMs;
  while (!met() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
}
