import assert from "node:assert/strict";
import { test } from "node:test";
import {
  deliveryCents,
  exampleLines,
  formatEuro,
  quantityOf,
  setQuantity,
  subtotalCents,
  totalCents,
} from "../src/cart.js";

test("a product that is not in the basket is added at the end", () => {
  const lines = setQuantity(exampleLines, "kettle", 1);
  assert.deepEqual(lines.at(-1), { id: "kettle", quantity: 1 });
  assert.equal(lines.length, exampleLines.length + 1);
});

test("a quantity is replaced in its place", () => {
  const lines = setQuantity(exampleLines, "beans", 5);
  assert.deepEqual(lines[0], { id: "beans", quantity: 5 });
  assert.equal(quantityOf(exampleLines, "beans"), 2);
});

test("a quantity of 0 takes the product out of the basket", () => {
  const lines = setQuantity(exampleLines, "beans", 0);
  assert.equal(quantityOf(lines, "beans"), 0);
  assert.deepEqual(lines, [{ id: "mug", quantity: 1 }]);
});

test("the subtotal is price by quantity", () => {
  assert.equal(subtotalCents(exampleLines), 2997);
});

test("delivery costs €5 below €50 and nothing from there on", () => {
  assert.equal(deliveryCents(exampleLines), 500);
  assert.equal(deliveryCents([{ id: "filter", quantity: 3 }]), 0);
});

test("the total with free delivery is the subtotal", () => {
  const lines = [{ id: "kettle", quantity: 2 }];
  assert.equal(totalCents(lines), 9980);
});

test("an empty basket costs nothing", () => {
  assert.equal(totalCents([]), 0);
});

test("euros have two decimals", () => {
  assert.equal(formatEuro(2997), "€29.97");
  assert.equal(formatEuro(500), "€5.00");
});
