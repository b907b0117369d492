import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { deliveryCents, exampleLines, setQuantity, subtotalCents, totalCents } from "./cart.js";
import { renderPage } from "./page.js";
import { findProduct, products } from "./products.js";
import { BadRequest, readBasketId, readForm, readJson, sendJson, sendText } from "./wire.js";

const MAX_QUANTITY = 99;
const style = readFileSync(new URL("../public/style.css", import.meta.url), "utf8");

// The shop as a function for http.createServer.
export function createApp({ store, version, banner = "", log = console.error }) {
  const routes = {
    "GET /": showPage,
    "GET /style.css": async (_, response) => sendText(response, 200, "text/css", style),
    "GET /health": async (_, response) => sendJson(response, 200, await readHealth()),
    "GET /api/products": async (_, response) => sendJson(response, 200, products),
    "GET /api/cart": async (request, response) =>
      sendJson(response, 200, describeCart(await readLines(request))),
    "POST /cart": changeByForm,
  };

  async function readHealth() {
    return { ok: true, version, store: await store.kind() };
  }

  async function showPage(request, response) {
    const lines = await readLines(request);
    sendText(response, 200, "text/html", renderPage({ lines, version, banner }));
  }

  async function readLines(request) {
    const basket = readBasketId(request);
    return (basket && (await store.read(basket))) ?? exampleLines;
  }

  async function changeLines(request, response, id, quantity) {
    if (!findProduct(id)) throw new BadRequest(`No product named ${JSON.stringify(id)}.`);
    if (!Number.isInteger(quantity) || quantity < 0 || quantity > MAX_QUANTITY)
      throw new BadRequest(`A quantity is a whole number from 0 to ${MAX_QUANTITY}.`);
    const lines = setQuantity(await readLines(request), id, quantity);
    const basket = readBasketId(request) ?? randomUUID();
    await store.write(basket, lines);
    response.setHeader("set-cookie", `basket=${basket}; Path=/; HttpOnly; SameSite=Lax`);
    return lines;
  }

  async function changeByForm(request, response) {
    const form = await readForm(request);
    await changeLines(request, response, form.get("id"), Number(form.get("quantity") || NaN));
    response.writeHead(303, { location: "/" }).end();
  }

  async function changeByJson(request, response, id) {
    const body = await readJson(request);
    const lines = await changeLines(request, response, id, body?.quantity);
    sendJson(response, 200, describeCart(lines));
  }

  return async function answer(request, response) {
    const [pathname] = request.url.split("?");
    const method = request.method === "HEAD" ? "GET" : request.method;
    const route = routes[`${method} ${pathname}`];
    const changed = method === "PUT" && /^\/api\/cart\/(\w+)$/.exec(pathname);
    try {
      if (route) await route(request, response);
      else if (changed) await changeByJson(request, response, changed[1]);
      else sendJson(response, 404, { error: `Nothing answers ${method} ${pathname}.` });
    } catch (error) {
      if (error instanceof BadRequest) return sendJson(response, 400, { error: error.message });
      log(`${method} ${pathname} failed: ${error.stack}`);
      sendJson(response, 500, { error: "Something went wrong in the shop." });
    }
  };
}

function describeCart(lines) {
  return {
    lines,
    subtotalCents: subtotalCents(lines),
    deliveryCents: deliveryCents(lines),
    totalCents: totalCents(lines),
  };
}
