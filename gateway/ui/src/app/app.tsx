import { useEffect, useState } from "react";
import { callApi } from "../live/api.ts";
import { LiveContext } from "../live/live-context.ts";
import { startLive, type Live } from "../live/live.ts";
import { createGatewaySocket } from "../live/socket.ts";
import { useStore } from "../live/store.ts";
import { LoginScreen } from "../session/login-screen.tsx";
import type { SessionDoor } from "../session/session.ts";
import { Frame } from "./frame.tsx";

/** The page: the frame for somebody signed in, else the door. */
export function App({ door }: { readonly door: SessionDoor }) {
  const session = useStore(door.session);
  const isIn = session.phase === "signed_in";
  const [live, setLive] = useState<Live>();
  useEffect(() => {
    if (!isIn) return undefined;
    const started = startLive({ call: callApi, socket: createGatewaySocket(), onSignedOut: door.lose });
    setLive(started);
    return () => {
      started.stop();
      setLive(undefined);
    };
  }, [isIn, door]);
  if (session.phase === "checking") return null;
  if (session.phase !== "signed_in") return <LoginScreen session={session} onToken={(token) => void door.enter(token)} />;
  if (live === undefined) return null;
  return (
    <LiveContext value={live}>
      <Frame actor={session.actor} onLeave={session.auth === "token" ? () => void door.leave() : undefined} />
    </LiveContext>
  );
}
