import { findProduct } from "./products.js";

export const DELIVERY_CENTS = 500;
export const FREE_DELIVERY_FROM_CENTS = 5000;

// What a new visitor finds in the basket.
export const exampleLines = [
  { id: "beans", quantity: 2 },
  { id: "mug", quantity: 1 },
];

// A basket is a list of lines; a change gives a new list.
export function setQuantity(lines, id, quantity) {
  const wanted = Math.max(0, quantity);
  const known = lines.some((line) => line.id === id);
  const changed = known
    ? lines.map((line) => (line.id === id ? { id, quantity: wanted } : line))
    : [...lines, { id, quantity: wanted }];
  return changed.filter((line) => line.quantity > 0);
}

export function quantityOf(lines, id) {
  return lines.find((line) => line.id === id)?.quantity ?? 0;
}

export function subtotalCents(lines) {
  return lines.reduce((sum, { id, quantity }) => sum + findProduct(id).priceCents * quantity, 0);
}

export function deliveryCents(lines) {
  const subtotal = subtotalCents(lines);
  return subtotal === 0 || subtotal >= FREE_DELIVERY_FROM_CENTS ? 0 : DELIVERY_CENTS;
}

export function totalCents(lines) {
  return subtotalCents(lines) - deliveryCents(lines);
}

export function formatEuro(cents) {
  return `€${(cents / 100).toFixed(2)}`;
}
