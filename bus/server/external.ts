import { capabilities } from "../capabilities.ts";
import { denied, toErrorInfo, unavailable } from "../kernel/errors.ts";
import type { Logger } from "../kernel/log.ts";
import { principals, workers, type Principal } from "../messages/principals.ts";
import { openWire, type Wire } from "../nats/connection.ts";
import { checkVersion } from "../nats/declare.ts";
import { createJetStreamApi, toHeaders } from "../nats/jetstream-api.ts";
import { createSubjects, type Subjects } from "../subjects.ts";
import { accountOf } from "./accounts.ts";
import { renderAccounts, type PublicKeys } from "./config.ts";
import type { PrincipalKeys } from "./keys.ts";

/**
 * Writes what an operator of another server puts into its configuration: the accounts of one prefix, without which
 * that server does not keep the roles apart.
 */
export function renderAccountsConfig(prefix: string, publicKeys: PublicKeys): string {
  return `# Accounts of the installation "${prefix}". Include this in the configuration of every server of the cluster,
# which needs nats-server 2.14 or newer and, so that nothing acknowledged is lost in a power failure:
#   jetstream { sync_interval: always }
# No other user may be in these accounts, and no_auth_user must not name one of theirs.
${renderAccounts(prefix, publicKeys)}`;
}

/** Takes the public half of each key. */
export function toPublicKeys(keys: PrincipalKeys): PublicKeys {
  const entries = principals.map((principal) => [principal, keys[principal].publicKey]);
  return Object.fromEntries(entries) as Record<Principal, string>;
}

export interface ProbeOptions {
  readonly servers: string | readonly string[];
  readonly prefix: string;
  readonly keys: PrincipalKeys;
  readonly log: Logger;
}

interface Probe {
  readonly subject: string;
  readonly allowed: boolean;
}

const probeTimeoutMs = 2_000;

const probeStream = (subjects: Subjects): string => `${subjects.prefix}-PROBE`;

/** A few cells of the table for each principal: what it must reach, and what it must not. */
function probesOf(subjects: Subjects, principal: Principal): Probe[] {
  const grants = capabilities[principal];
  const { streams } = subjects;
  const other = principal === "developer" ? "manager" : "developer";
  const granted = grants.intents[0];
  const flow = { kind: "ticket", id: "probe" } as const;
  const forbidden = [
    subjects.intent(other, "ticket.show"),
    subjects.flow(flow),
    subjects.fired(flow),
    subjects.command("developer.merge"),
    subjects.result(other === "manager" ? "manager.review" : "developer.merge"),
    subjects.feed(other, "log"),
    ...["INFO", "MSG.GET"].map((verb) => `$JS.API.STREAM.${verb}.${streams.flows}`),
    // of a stream that is not there: a probe that gets through must not do harm
    ...["PURGE", "DELETE"].map((verb) => `$JS.API.STREAM.${verb}.${probeStream(subjects)}`),
    `$JS.API.CONSUMER.MSG.NEXT.${streams.commands}.${other}`,
    `JSC.API.CONSUMER.MSG.NEXT.${streams.commands}.${other}`,
    ...(grants.intents.includes("ticket.approve") ? [] : [subjects.intent(principal, "ticket.approve")]),
  ];
  return [
    ...(granted ? [{ subject: subjects.intent(principal, granted), allowed: true }] : []),
    ...forbidden.map((subject) => ({ subject, allowed: false })),
  ];
}

/**
 * Tries grants and denials of every principal on a server, before anything is trusted to it.
 * @throws bus_not_isolated naming the cell, bus_grant_missing, bus_key_refused, nats_server_too_old, bus_down
 */
export async function probeServer({ servers, prefix, keys, log }: ProbeOptions): Promise<void> {
  const subjects = createSubjects(prefix);
  const quiet = log.child({}, { level: "fatal" });
  const open = (principal: Principal): Promise<Wire> =>
    openWire({
      servers,
      prefix,
      principal,
      seed: keys[principal].seed,
      name: `${prefix}-probe-${principal}`,
      log: quiet,
      firstTimeoutMs: 5_000,
    });
  for (const principal of principals) {
    await using wire = await open(principal);
    checkVersion(wire);
    if (principal === "orchestrator") await probeCore(wire, prefix);
    else
      await Promise.all(
        probesOf(subjects, principal).map((probe) => probeCell(wire, subjects, principal, probe)),
      );
    await probeListening(wire, principal, subjects);
  }
}

async function probeCore(wire: Wire, prefix: string): Promise<void> {
  const api = createJetStreamApi(wire);
  const info = await api.call("INFO").catch((error: unknown) => ({
    ok: false as const,
    refusal: { errCode: 0, description: toErrorInfo(error).message },
  }));
  if (info.ok) return;
  const code = info.refusal.description;
  const account = accountOf(prefix, "orchestrator");
  throw unavailable(
    "bus_grant_missing",
    `The server gives the orchestrator no JetStream: ${code}. Enable jetstream in account ${account}.`,
    {
      params: { principal: "orchestrator", subject: "$JS.API.INFO", code },
      retryable: false,
    },
  );
}

async function probeCell(
  wire: Wire,
  subjects: Subjects,
  principal: Principal,
  { subject, allowed }: Probe,
): Promise<void> {
  const code = await codeOf(wire, subjects, subject);
  if (allowed === (code !== "bus_denied")) return;
  if (allowed) {
    throw unavailable(
      "bus_grant_missing",
      `The server does not let ${principal} use ${subject}. Give it the accounts that "dockfra bus config" prints.`,
      {
        params: { principal, subject, code },
        retryable: false,
      },
    );
  }
  throw notIsolated(principal, "publish to", subject);
}

/** Nobody but its owner may hear a request or a reply. */
async function probeListening(wire: Wire, principal: Principal, subjects: Subjects): Promise<void> {
  const foreign = [
    ">",
    subjects.allFlows,
    subjects.allCommands,
    ...workers.map((worker) => subjects.resultsOf(worker)),
  ];
  if (principal !== "orchestrator") foreign.push(subjects.allIntents);
  for (const subject of foreign) {
    const refused = await new Promise<boolean>((resolve) => {
      const subscription = wire.nc.subscribe(subject, {
        callback: (error) => {
          if (error) resolve(true);
        },
      });
      // the refusal, if there is one, comes before the answer to the second ping
      void wire.nc
        .flush()
        .then(() => wire.nc.flush())
        .then(() => {
          subscription.unsubscribe();
          resolve(false);
        });
    });
    if (!refused) throw notIsolated(principal, "listen to", subject);
  }
}

async function codeOf(wire: Wire, subjects: Subjects, subject: string): Promise<string> {
  // no stream keeps a message that expects another one, and no pull takes one with a broken request
  const headers = toHeaders({ "Nats-Expected-Stream": probeStream(subjects) });
  try {
    await wire.request(subject, "{", { headers, timeoutMs: probeTimeoutMs });
    return "answered";
  } catch (error) {
    return (error as { code?: string }).code ?? "internal";
  }
}

function notIsolated(principal: Principal, verb: string, subject: string) {
  return denied(
    "bus_not_isolated",
    `The server lets ${principal} ${verb} ${subject}. It does not keep the roles apart: give it the accounts that "dockfra bus config" prints.`,
    { params: { principal, verb, subject } },
  );
}
