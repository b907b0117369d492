import { join } from "node:path";
import { z } from "zod";
import { systemClock, type Clock } from "../../bus/kernel/clock.ts";
import { createSecretFiles } from "./secret-files.ts";
import { isSecret } from "./secrets.ts";

/** What an API token may do. */
export const abilities = ["read", "write"] as const;
export type Ability = (typeof abilities)[number];

const Login = z.object({ expiresAtMs: z.int() });
const Session = z.object({ expiresAtMs: z.int() });
const ApiToken = z.object({ name: z.string(), abilities: z.array(z.enum(abilities)), createdAtMs: z.int() });
export type ApiToken = z.infer<typeof ApiToken>;

/** A one-time token of the start-up URL is void after ten minutes, a session after thirty days. */
const loginLifetimeMs = 10 * 60_000;
export const sessionLifetimeMs = 30 * 24 * 3_600_000;

/** The credentials of one installation, as hashes in files: they outlive the gateway, and the command line makes them. */
export function createCredentials(stateDir: string, clock: Clock = systemClock) {
  const dir = join(stateDir, "gateway");
  const logins = createSecretFiles(join(dir, "logins"), Login);
  const sessions = createSecretFiles(join(dir, "sessions"), Session);
  const apiTokens = createSecretFiles(join(dir, "api-tokens"), ApiToken);
  const isFresh = (facts: { expiresAtMs: number } | undefined): boolean =>
    facts !== undefined && facts.expiresAtMs > clock.nowMs();

  /** Removes what has expired, so that the directories do not grow. */
  async function sweep(files: typeof logins): Promise<void> {
    for (const { hash, facts } of await files.list()) if (!isFresh(facts)) await files.revoke(hash);
  }

  return {
    async newLogin(): Promise<string> {
      await sweep(logins);
      return logins.issue({ expiresAtMs: clock.nowMs() + loginLifetimeMs });
    },
    /** Trades a one-time token for a session, once; `undefined` where it is wrong, used or expired. */
    async signIn(token: unknown): Promise<string | undefined> {
      if (!isSecret(token) || !isFresh(await logins.consume(token))) return undefined;
      await sweep(sessions);
      return sessions.issue({ expiresAtMs: clock.nowMs() + sessionLifetimeMs });
    },
    isSession: async (secret: unknown): Promise<boolean> =>
      isSecret(secret) && isFresh(await sessions.find(secret)),
    signOut: async (secret: unknown): Promise<void> =>
      void (isSecret(secret) && (await sessions.consume(secret))),
    newApiToken: (name: string, granted: readonly Ability[]): Promise<string> =>
      apiTokens.issue({ name, abilities: [...granted], createdAtMs: clock.nowMs() }),
    apiToken: async (secret: unknown): Promise<ApiToken | undefined> =>
      isSecret(secret) ? apiTokens.find(secret) : undefined,
    apiTokens: () => apiTokens.list(),
    revokeApiToken: (hash: string): Promise<boolean> => apiTokens.revoke(hash),
  };
}
export type Credentials = ReturnType<typeof createCredentials>;
