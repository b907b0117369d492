import { createServer } from "node:http";
import { createApp } from "./app.js";
import { createStore } from "./store.js";

const { APP_VERSION = "dev", HOST = "127.0.0.1", PORT = "8088", REDIS_URL, SHOP_BANNER } = process.env;
const STOP_AFTER_MS = 5_000;

const store = createStore(REDIS_URL);
const server = createServer(createApp({ store, version: APP_VERSION, banner: SHOP_BANNER }));

server.on("error", (error) => {
  console.error(`The shop cannot listen on ${HOST}:${PORT}: ${error.message}. Set PORT to another one.`);
  process.exit(1);
});

server.listen(Number(PORT), HOST, () => {
  console.log(`Shop ${APP_VERSION} listens on http://${HOST}:${server.address().port}`);
});

// Finish what is being answered, take nothing new.
function stop(signal) {
  console.log(`${signal}: closing the shop`);
  server.close(() => store.close());
  setTimeout(() => server.closeAllConnections(), STOP_AFTER_MS).unref();
}

process.once("SIGTERM", stop);
process.once("SIGINT", stop);
