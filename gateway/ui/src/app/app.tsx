import { LiveContext } from "../live/live-context.ts";
import type { Live } from "../live/live.ts";
import { useStore, type Store } from "../live/store.ts";
import { LoginScreen } from "../session/login-screen.tsx";
import type { SessionDoor } from "../session/session.ts";
import { Frame } from "./frame.tsx";

interface AppProps {
  readonly door: SessionDoor;
  readonly connection: Store<Live | undefined>;
}

/** The page: the frame for somebody signed in, else the door. */
export function App({ door, connection }: AppProps) {
  const session = useStore(door.session);
  const live = useStore(connection);
  if (session.phase === "checking") return null;
  if (session.phase !== "signed_in")
    return <LoginScreen session={session} onToken={(token) => void door.enter(token)} />;
  if (live === undefined) return null;
  const leave = session.auth === "token" ? () => void door.leave() : undefined;
  return (
    <LiveContext value={live}>
      <Frame actor={session.actor} onLeave={leave} />
    </LiveContext>
  );
}
