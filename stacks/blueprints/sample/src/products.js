export const products = [
  { id: "beans", name: "Coffee beans, 250 g", icon: "🫘", priceCents: 849 },
  { id: "mug", name: "Enamel mug", icon: "☕", priceCents: 1299 },
  { id: "filter", name: "Hand filter", icon: "⏳", priceCents: 2450 },
  { id: "kettle", name: "Gooseneck kettle", icon: "🫖", priceCents: 4990 },
];

export function findProduct(id) {
  return products.find((product) => product.id === id);
}
