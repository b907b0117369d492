import { renderAccountsConfig, toPublicKeys } from "../../bus/server/external.ts";
import { ensureKeys, keysDir } from "../../bus/server/keys.ts";
import type { Invocation } from "../invocation.ts";
import { prefixOf } from "../place/prefix.ts";
import { resolveRoot } from "../place/root.ts";
import { prepareStateDir } from "../place/state-dir.ts";

/** `bus config`: the accounts for a server of the user's own; the credentials are made where there are none yet. */
export async function config(invocation: Invocation<{ readonly creds?: string }>): Promise<void> {
  const { screen, options } = invocation;
  const root = await resolveRoot(options.root);
  const prefix = await prefixOf(root, options.prefix);
  if (options.creds === undefined) await prepareStateDir(root);
  const credsDir = options.creds ?? keysDir(root);
  const keys = await ensureKeys(credsDir);
  const accounts = renderAccountsConfig(prefix, toPublicKeys(keys));
  if (screen.json) return screen.data({ ok: true, prefix, credsDir, accounts });
  screen.line(accounts.trimEnd());
  screen.note(`Credentials, one per principal: ${credsDir}`);
  screen.note(`Then: dockfra up --servers nats://HOST:4222 --creds ${credsDir}`);
}
