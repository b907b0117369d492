import { roleNames, type RoleName } from "../roles/role-view.ts";

/** Every place of the page. */
export type Route =
  | { readonly name: "overview" }
  | { readonly name: "stacks"; readonly stack?: string }
  | { readonly name: "tickets" }
  | { readonly name: "new_ticket" }
  | { readonly name: "ticket"; readonly id: string }
  | { readonly name: "roles"; readonly role?: RoleName }
  | { readonly name: "feed" }
  | { readonly name: "unknown" };

/** Reads a path of the address bar. */
export function parseRoute(path: string): Route {
  const [first = "", second = "", ...rest] = path.split("/").filter((part) => part !== "");
  if (rest.length > 0) return { name: "unknown" };
  if ((first === "" || first === "dashboard") && second === "") return { name: "overview" };
  if (first === "stacks")
    return second === "" ? { name: "stacks" } : { name: "stacks", stack: decode(second) };
  if (first === "roles") {
    const role = roleNames.find((name) => name === second);
    if (second === "") return { name: "roles" };
    return role ? { name: "roles", role } : { name: "unknown" };
  }
  if (first === "feed" && second === "") return { name: "feed" };
  if (first !== "tickets") return { name: "unknown" };
  if (second === "") return { name: "tickets" };
  if (second === "new") return { name: "new_ticket" };
  return /^T-\d{4,9}$/.test(second) ? { name: "ticket", id: second } : { name: "unknown" };
}

/** Writes a path for the address bar. */
export function pathOf(route: Route): string {
  switch (route.name) {
    case "overview":
    case "unknown":
      return "/";
    case "stacks":
      return route.stack === undefined ? "/stacks" : `/stacks/${encodeURIComponent(route.stack)}`;
    case "tickets":
      return "/tickets";
    case "new_ticket":
      return "/tickets/new";
    case "ticket":
      return `/tickets/${route.id}`;
    case "roles":
      return route.role === undefined ? "/roles" : `/roles/${route.role}`;
    case "feed":
      return "/feed";
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
