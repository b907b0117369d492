import fc from "fast-check";
import { expect, test } from "vitest";
import { parseRoute, pathOf, type Route } from "../../../gateway/ui/src/app/routes.ts";
import { parseToken, takeToken } from "../../../gateway/ui/src/session/token.ts";

const routes: Route[] = [
  { name: "overview" },
  { name: "stacks" },
  { name: "stacks", stack: "my_shop" },
  { name: "tickets" },
  { name: "new_ticket" },
  { name: "ticket", id: "T-0042" },
  { name: "roles" },
  { name: "roles", role: "monitor" },
  { name: "feed" },
];

test.each(routes)("%j is the place of its path", (route) => {
  expect(parseRoute(pathOf(route))).toEqual(route);
});

test("the predecessor's dashboard is the overview; anything else is unknown, and never throws", () => {
  expect(parseRoute("/dashboard")).toEqual({ name: "overview" });
  for (const path of ["/tickets/../x", "/tickets/T-1", "/a/b/c", "/stacks/%ff/x", "/nope", "/roles/root"])
    expect(parseRoute(path)).toEqual({ name: "unknown" });
  expect(parseRoute("/stacks/%ff")).toEqual({ name: "stacks", stack: "%ff" });
  fc.assert(
    fc.property(fc.webPath(), (path) => {
      expect(pathOf(parseRoute(path))).toMatch(/^\//);
    }),
  );
});

const token = "tjsaRQqNohRUtWWRdvg9B96XgldsO1cuL4LeRfFi9zA";

test("a token is found in a link, in a fragment and alone", () => {
  for (const text of [
    token,
    ` ${token}\n`,
    `#token=${token}`,
    `http://127.0.0.1:5050/#token=${token}`,
    `x#a=1&token=${token}`,
  ])
    expect(parseToken(text)).toBe(token);
  for (const text of ["", "#token=", "#token=a b", "http://127.0.0.1:5050/", "<script>", "x".repeat(500)])
    expect(parseToken(text)).toBeUndefined();
});

function visit(hash: string) {
  const shown: string[] = [];
  const past = {
    state: null,
    replaceState: (_state: unknown, _title: string, url: string) => shown.push(url),
  };
  const place = { hash, pathname: "/tickets", search: "?x=1" };
  return { shown, token: takeToken(place, past) };
}

test("a token leaves the address, a malformed one too, and another fragment stays", () => {
  expect(visit(`#token=${token}`)).toEqual({ token, shown: ["/tickets?x=1"] });
  expect(visit("#token=%20")).toEqual({ token: "", shown: ["/tickets?x=1"] });
  expect(visit("#DB_PASSWORD")).toEqual({ token: undefined, shown: [] });
});
