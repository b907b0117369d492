import { readFileSync } from "node:fs";
import {
  FREE_DELIVERY_FROM_CENTS,
  deliveryCents,
  formatEuro,
  quantityOf,
  subtotalCents,
  totalCents,
} from "./cart.js";
import { findProduct, products } from "./products.js";

const template = readFileSync(new URL("../public/index.html", import.meta.url), "utf8");

export function renderPage({ lines, version, banner }) {
  const parts = {
    banner: banner ? `<p class="banner">${escapeHtml(banner)}</p>` : "",
    products: products.map((product) => renderProduct(product, lines)).join("\n"),
    basket: lines.length === 0 ? renderEmpty() : renderBasket(lines),
    version: escapeHtml(version),
  };
  return template.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}

function renderProduct({ id, name, icon, priceCents }, lines) {
  return `<li class="product">
  <span class="icon" aria-hidden="true">${icon}</span>
  <h3>${name}</h3>
  <p class="price">${formatEuro(priceCents)}</p>
  ${renderButton(id, quantityOf(lines, id) + 1, "Add to basket", `Add ${name}`)}
</li>`;
}

function renderEmpty() {
  return `<p class="empty">Your basket is empty.</p>`;
}

function renderBasket(lines) {
  const delivery = deliveryCents(lines);
  return `<ul class="lines">
${lines.map(renderLine).join("\n")}
</ul>
<p class="sum">Subtotal: ${formatEuro(subtotalCents(lines))}</p>
<p class="sum">Delivery: ${delivery === 0 ? "free" : formatEuro(delivery)}</p>
<p class="total">Total: ${formatEuro(totalCents(lines))}</p>
<p class="hint">Free delivery from ${formatEuro(FREE_DELIVERY_FROM_CENTS)}</p>`;
}

function renderLine({ id, quantity }) {
  const { name, priceCents } = findProduct(id);
  return `<li>
  <span class="name">${quantity} × ${name}</span>
  <span>${formatEuro(priceCents * quantity)}</span>
  ${renderButton(id, quantity - 1, "−", `One ${name} less`)}
  ${renderButton(id, quantity + 1, "+", `One ${name} more`)}
</li>`;
}

function renderButton(id, quantity, text, label) {
  return `<form method="post" action="/cart"><input type="hidden" name="id" value="${id}"><input type="hidden" name="quantity" value="${quantity}"><button aria-label="${label}">${text}</button></form>`;
}

function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
