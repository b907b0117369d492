import { destinationOf, prefix } from "./oracle.ts";
import type { Principal } from "../../../../bus/messages/principals.ts";
import { newToken, refusalOf, type Actor, type Arrival } from "./actor.ts";
import type { Outcome } from "./cell.ts";
import type { Stage } from "./stage.ts";
import { publishPlaces } from "./universe.ts";

const places = publishPlaces();

/** Chooses cells by their subject. */
export type Wanted = (subject: string) => boolean;
const everything: Wanted = () => true;

/** The FEED stream tells the watchers of what it stored: that is what a line is for, not a way across. */
function isRepublished({ subject, body }: Arrival, published: string): boolean {
  return subject === published.replace(".feed.", ".watch.") && subject !== published && body.startsWith("c");
}

/** Publishes to every subject there is: what is denied is refused aloud and seen nowhere, what is allowed arrives where it should. */
export async function tryPublishing(
  stage: Stage,
  principal: Principal,
  actor: Actor,
  wanted = everything,
): Promise<Outcome[]> {
  const sent = places
    .filter(({ subject }) => wanted(subject))
    .map((place) => ({ ...place, token: newToken() }));
  for (const { subject, token } of sent) actor.nc.publish(subject, token);
  await actor.settle();
  await stage.settle();
  return sent.map(({ what, subject, token }) => {
    const destination = destinationOf(principal, subject);
    const arrived = stage.arrivals(token).filter((arrival) => !isRepublished(arrival, subject));
    const refused = actor.refused.has(refusalOf("publish", subject));
    const accounts = [...new Set(arrived.map(({ account }) => account))];
    let fault: string | undefined;
    if (destination && refused) fault = "refused";
    else if (destination && !accounts.includes(destination)) fault = `did not arrive at ${destination}`;
    else if (!destination && arrived.length > 0) fault = `arrived at ${accounts.join(", ")}`;
    else if (!destination && !refused) fault = "went nowhere, but was not refused";
    return { principal, how: "publish", what, subject, allowed: destination !== undefined, fault };
  });
}

/**
 * The same from a user of the same account that has every permission: only the account's imports hold it. The
 * server's own subjects are left out, which every account of a server may ask about itself, and CORE's live feed,
 * which is there to be heard.
 */
export async function tryBurglary(
  stage: Stage,
  principal: Principal,
  actor: Actor,
  wanted = everything,
): Promise<Outcome[]> {
  const core = principal === "orchestrator";
  const sent = places
    .filter(
      ({ subject }) =>
        wanted(subject) && !subject.startsWith("$SYS.") && !(core && subject.startsWith(`${prefix}.watch.`)),
    )
    .map((place) => ({ ...place, token: newToken() }));
  for (const { subject, token } of sent) actor.nc.publish(subject, token);
  await actor.settle();
  await stage.settle();
  return sent.map(({ what, subject, token }) => {
    // what the orchestrator may do stays in its account
    const destination = core ? undefined : destinationOf(principal, subject);
    const abroad = stage
      .arrivals(token)
      .filter((arrival) => arrival.account !== principal && !isRepublished(arrival, subject));
    const accounts = [...new Set(abroad.map(({ account }) => account))].join(", ");
    const fault =
      accounts === (destination ?? "")
        ? undefined
        : `arrived at ${accounts || "no other account"} instead of ${destination ?? "none"}`;
    return {
      principal,
      how: "publish without permissions",
      what,
      subject,
      allowed: destination !== undefined,
      fault,
    };
  });
}
