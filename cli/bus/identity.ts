import { capabilities } from "../../bus/capabilities.ts";
import type { Principal } from "../../bus/messages/principals.ts";
import { accountOf, planAccounts } from "../../bus/server/accounts.ts";
import { readKey } from "../../bus/server/keys.ts";
import type { Invocation } from "../invocation.ts";
import { findBus } from "../place/connection.ts";
import { findInstallation } from "../place/installation.ts";
import { prefixOf } from "../place/prefix.ts";
import { resolveRoot } from "../place/root.ts";
import { toSubject } from "./subject.ts";

interface AsOptions {
  readonly as: Principal;
}

/** `bus whoami`. */
export async function whoami(invocation: Invocation<AsOptions>): Promise<void> {
  const { screen, options } = invocation;
  const { prefix, credsDir, servers } = await findBus(invocation);
  const { publicKey } = await readKey(credsDir, options.as);
  const account = accountOf(prefix, options.as);
  const grants = capabilities[options.as];
  if (screen.json)
    return screen.data({ ok: true, principal: options.as, account, publicKey, servers, prefix, grants });
  screen.line(`${screen.paint("bold", options.as)} in account ${account} on ${servers}`);
  screen.line(screen.paint("dim", publicKey));
  const rows = [
    ["asks", grants.intents],
    ["does", grants.commands],
    ["questions", grants.questions],
  ] as const;
  for (const [what, list] of rows) if (list.length > 0) screen.line(`${what}: ${list.join(", ")}`);
  screen.line(
    `feed: ${grants.watch ? "watches" : "does not watch"}, ${grants.feed ? "writes" : "does not write"}`,
  );
}

/** `bus can`: exit code 0 where the principal may publish or subscribe to the subject, 5 where it may neither. */
export async function can(invocation: Invocation<AsOptions>, typed: string): Promise<number> {
  const { screen, options } = invocation;
  const root = await resolveRoot(options.root);
  const prefix = options.prefix ?? (await findInstallation(root))?.prefix ?? (await prefixOf(root));
  const subject = toSubject(typed, options.as, prefix);
  const user = planAccounts(prefix)
    .flatMap((account) => account.users)
    .find(({ principal }) => principal === options.as);
  const publish = user?.publish.some((pattern) => covers(pattern, subject)) ?? false;
  const subscribe = user?.subscribe.some((pattern) => covers(pattern, subject)) ?? false;
  const exitCode = publish || subscribe ? 0 : 5;
  if (screen.json) screen.data({ ok: true, principal: options.as, subject, publish, subscribe });
  else {
    const may = [...(publish ? ["publish to"] : []), ...(subscribe ? ["subscribe to"] : [])].join(" and ");
    screen.line(
      `${options.as} ${may === "" ? screen.paint("red", "may neither publish nor subscribe to") : screen.paint("green", `may ${may}`)} ${subject}`,
    );
  }
  return exitCode;
}

/** Whether a subject, which may hold wildcards itself, lies wholly within a pattern. */
export function covers(pattern: string, subject: string): boolean {
  const wanted = subject.split(".");
  const tokens = pattern.split(".");
  for (const [index, token] of tokens.entries()) {
    if (token === ">") return wanted.length > index;
    const given = wanted[index];
    if (given === undefined || given === ">") return false;
    if (token !== "*" && token !== given) return false;
  }
  return wanted.length === tokens.length;
}
