import { capabilities } from "../../../../bus/capabilities.ts";
import type { Principal } from "../../../../bus/messages/principals.ts";
import { newToken, refusalOf, type Actor } from "./actor.ts";
import type { Outcome } from "./cell.ts";
import { hearingOf, isWithin, outer, prefix } from "./oracle.ts";
import type { Wanted } from "./publish-cells.ts";
import type { Stage } from "./stage.ts";
import { listenPlaces, publishPlaces } from "./universe.ts";

const allPlaces = listenPlaces();

/** One subject that a pattern takes. */
const exampleOf = (pattern: string): string => pattern.replaceAll("*", "any").replace(/>$/, "any");

/** The group that rightful listeners are in; where one may listen, a group for each, as a message goes to one of a group. */
const queueOf = (may: boolean, at: number): string => (may ? `own-${at}` : "answerers");

/**
 * Listens to everything there is, alone and in a queue group that the rightful listeners use, while on each subject a
 * message goes by, both in the account itself and in CORE: what is denied is refused aloud and hears nothing.
 */
export async function tryListening(
  stage: Stage,
  principal: Principal,
  actor: Actor,
  wanted: Wanted = () => true,
): Promise<Outcome[]> {
  const allowed = hearingOf(principal);
  const places = allPlaces.filter(({ subject }) => wanted(subject));
  const tried = places.flatMap((place, at) => {
    const may = allowed.some((whole) => isWithin(place.subject, whole));
    return [undefined, queueOf(may, at)].map((queue) => ({ ...place, may, queue, heard: { count: 0 } }));
  });
  const subscriptions = tried.map(({ subject, queue, heard }) =>
    actor.nc.subscribe(subject, {
      ...(queue ? { queue } : {}),
      callback: (error) => {
        if (!error) heard.count++;
      },
    }),
  );
  await actor.settle();
  for (const account of new Set<Principal>([principal, "orchestrator"])) {
    const { nc, settle } = stage.witness(account);
    // the live feed has to come from CORE
    for (const { subject } of places)
      if (account === "orchestrator" || !subject.startsWith(`${prefix}.watch.`))
        nc.publish(exampleOf(subject), "example");
    await settle();
  }
  await actor.settle();
  for (const subscription of subscriptions) subscription.unsubscribe();
  return tried.map(({ what, subject, may, queue, heard }) => {
    const refused = actor.refused.has(refusalOf("subscription", subject, queue));
    let fault: string | undefined;
    if (may && refused) fault = "refused";
    else if (may && heard.count === 0) fault = "heard nothing";
    else if (!may && heard.count > 0) fault = `heard ${heard.count} messages`;
    else if (!may && !refused) fault = "heard nothing, but was not refused";
    return {
      principal,
      how: queue ? "subscribe in a queue" : "subscribe",
      what,
      subject,
      allowed: may,
      fault,
    };
  });
}

/** Sends something on every subject of CORE: of that an account hears the live feed, if it may watch, whatever its users' permissions. */
export async function tryOverhearing(
  stage: Stage,
  principal: Principal,
  wanted: Wanted = () => true,
): Promise<Outcome[]> {
  if (!outer.includes(principal)) return [];
  const { nc, settle } = stage.witness("orchestrator");
  const sent = publishPlaces()
    .filter(({ subject }) => wanted(subject))
    .map((place) => ({ ...place, token: newToken() }));
  for (const { subject, token } of sent) nc.publish(subject, token);
  await settle();
  await stage.witness(principal).settle();
  return sent.map(({ what, subject, token }) => {
    const allowed = capabilities[principal].watch && subject.startsWith(`${prefix}.watch.`);
    const heard = (stage.witness(principal).seen.get(token) ?? []).some(
      (arrival) => arrival.subject === subject || !subject.includes(".feed."),
    );
    const fault = heard === allowed ? undefined : heard ? "was heard" : "was not heard";
    return { principal, how: "hear without permissions", what, subject, allowed, fault };
  });
}
