import { invalidInput, notFound } from "../../bus/kernel/errors.ts";
import { createCredentials, type Ability } from "../../gateway/auth/credentials.ts";
import type { Invocation } from "../invocation.ts";
import { resolveRoot } from "../place/root.ts";
import { prepareStateDir } from "../place/state-dir.ts";
import { alignRows } from "../../terminal/table.ts";
import { formatAgo } from "../../terminal/time.ts";

const shownHash = 12;

/** `token create`: the token is seen once. @throws `token_name_invalid` */
export async function createToken(
  invocation: Invocation<{ readonly readOnly?: boolean }>,
  name: string,
): Promise<void> {
  const { screen, options } = invocation;
  if (!/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$/.test(name))
    throw invalidInput(
      "token_name_invalid",
      `"${name.slice(0, 60)}" is no name for a token. Use up to 60 letters, digits, spaces, . _ and -.`,
      {
        params: { name: name.slice(0, 60) },
      },
    );
  const abilities: readonly Ability[] = options.readOnly ? ["read"] : ["read", "write"];
  const token = await (await open(options)).newApiToken(name, abilities);
  if (screen.json) return screen.data({ ok: true, name, abilities, token });
  screen.line(token);
  screen.note("It is shown this once. Send it as: Authorization: Bearer TOKEN");
}

/** `token list`. */
export async function listTokens({ screen, options }: Invocation<object>): Promise<void> {
  const tokens = await (await open(options)).apiTokens();
  if (screen.json)
    return screen.data({
      ok: true,
      tokens: tokens.map(({ hash, facts }) => ({ id: hash.slice(0, shownHash), ...facts })),
    });
  if (tokens.length === 0) screen.line("There are no tokens. Make one: dockfra token create NAME");
  const nowMs = Date.now();
  for (const line of alignRows(
    tokens.map(({ hash, facts }) => [
      screen.paint("bold", hash.slice(0, shownHash)),
      facts.name,
      facts.abilities.join(", "),
      screen.paint("dim", formatAgo(facts.createdAtMs, nowMs)),
    ]),
  ))
    screen.line(line);
}

/** `token revoke`: by the id of the list, or by name. @throws `token_unknown` */
export async function revokeToken({ screen, options }: Invocation<object>, which: string): Promise<void> {
  const credentials = await open(options);
  const found = (await credentials.apiTokens()).filter(
    ({ hash, facts }) => facts.name === which || (which.length >= 4 && hash.startsWith(which)),
  );
  if (found.length === 0)
    throw notFound("token_unknown", `There is no token "${which.slice(0, 60)}". See: dockfra token list`, {
      params: { token: which.slice(0, 60) },
    });
  for (const { hash } of found) await credentials.revokeApiToken(hash);
  if (screen.json) screen.data({ ok: true, revoked: found.length });
  else screen.line(found.length === 1 ? "Revoked it." : `Revoked ${found.length} tokens of that name.`);
}

async function open({ root }: { readonly root?: string }) {
  return createCredentials(await prepareStateDir(await resolveRoot(root)));
}
