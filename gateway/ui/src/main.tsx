import "./app/mantine.ts";
import "./app/page.css";
import { MantineProvider } from "@mantine/core";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { followSession } from "./app/live-lifetime.ts";
import { Failure } from "./app/failure.tsx";
import { readableVariables, theme } from "./app/theme.ts";
import { callApi } from "./live/api.ts";
import { createGatewaySocket } from "./live/socket.ts";
import { createSessionDoor } from "./session/session.ts";
import { takeToken } from "./session/token.ts";
import { speak, startTexts } from "./texts/texts.ts";

const door = createSessionDoor(callApi);
const connection = followSession(door, { call: callApi, connect: createGatewaySocket });
const entering = door.enter(takeToken());

// a second link that is opened in the same tab only changes the fragment
addEventListener("hashchange", () => {
  const token = takeToken();
  if (token !== undefined) void door.enter(token);
});
door.session.subscribe(() => {
  const session = door.session.get();
  if (session.phase === "signed_in") void speak(session.lang);
});

// a part of the page was dropped on its way, or is of an older build
addEventListener("vite:preloadError", (event) => {
  event.preventDefault();
  setTimeout(() => location.reload(), 500);
});

const place = document.getElementById("root");
if (place === null) throw new Error("The page has no root.");
await Promise.all([startTexts(), entering]);
createRoot(place).render(
  <MantineProvider theme={theme} cssVariablesResolver={readableVariables} defaultColorScheme="auto">
    <Failure>
      <App door={door} connection={connection} />
    </Failure>
  </MantineProvider>,
);
sessionStorage.removeItem("dockfra:loads");
