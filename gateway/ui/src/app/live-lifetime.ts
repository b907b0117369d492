import type { CallApi } from "../live/api.ts";
import { startLive, type GatewaySocket, type Live } from "../live/live.ts";
import { createStore, type Store } from "../live/store.ts";
import type { SessionDoor } from "../session/session.ts";

/** Keeps a live connection for as long as somebody is signed in. */
export function followSession(
  door: SessionDoor,
  { call, connect }: { readonly call: CallApi; readonly connect: () => GatewaySocket },
): Store<Live | undefined> {
  const live = createStore<Live | undefined>(undefined);
  const follow = (): void => {
    const isIn = door.session.get().phase === "signed_in";
    const now = live.get();
    if (isIn === (now !== undefined)) return;
    now?.stop();
    live.set(isIn ? startLive({ call, socket: connect(), onSignedOut: door.lose }) : undefined);
  };
  door.session.subscribe(follow);
  follow();
  return live;
}
