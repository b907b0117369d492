import { ApiError, type CallApi } from "../live/api.ts";
import { createStore, type Store } from "../live/store.ts";

/** Who looks at the page, or why nobody may. */
export type Session =
  | { readonly phase: "checking" }
  | {
      readonly phase: "signed_in";
      readonly actor: string;
      readonly auth: "token" | "none";
      readonly lang: string;
    }
  | { readonly phase: "signed_out"; readonly why: SignedOutReason; readonly busy: boolean }
  | { readonly phase: "unreachable" };

/** Why somebody is asked for a link. */
export type SignedOutReason = "no_session" | "refused" | "too_many" | "lost";

interface SessionAnswer {
  readonly signedIn: boolean;
  readonly auth: "token" | "none";
  readonly actor: { readonly id: string } | null;
  readonly lang: string;
}

/** The door of the page. */
export interface SessionDoor {
  readonly session: Store<Session>;
  /** Signs in with a token, else looks whether somebody is signed in already. */
  enter(token?: string): Promise<void>;
  leave(): Promise<void>;
  lose(): void;
}

/** Makes the door over the gateway's session calls. */
export function createSessionDoor(call: CallApi): SessionDoor {
  const session = createStore<Session>({ phase: "checking" });
  const signedOut = (why: SignedOutReason): void => session.set({ phase: "signed_out", why, busy: false });

  async function look(why: SignedOutReason): Promise<void> {
    const { signedIn, auth, actor, lang } = await call<SessionAnswer>("/session");
    if (signedIn) session.set({ phase: "signed_in", actor: actor?.id ?? "", auth, lang });
    else signedOut(why);
  }

  async function signIn(token: string): Promise<SignedOutReason> {
    try {
      await call("/session", { body: { token } });
      return "no_session";
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 0 || error.status >= 500) throw error;
      return error.status === 429 ? "too_many" : "refused";
    }
  }

  return {
    session,
    async enter(token) {
      session.update((now) => (now.phase === "signed_out" ? { ...now, busy: true } : now));
      try {
        await look(token === undefined ? "no_session" : await signIn(token));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        session.set({ phase: "unreachable" });
      }
    },
    async leave() {
      await call("/session", { method: "DELETE" });
      signedOut("no_session");
    },
    lose: () => signedOut("lost"),
  };
}
