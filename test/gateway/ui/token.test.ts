import { expect, test } from "vitest";
import { parseToken, takeToken } from "../../../gateway/ui/src/session/token.ts";

const token = "4ODsfoZKjxvLFGz_P_htxe9wCwJXMOwvk8EOcYRNNfo";

function openAt(hash: string): { readonly taken: string | undefined; readonly shown: string[] } {
  const shown: string[] = [];
  const place = { hash, pathname: "/tickets", search: "?a=1" };
  const past = { state: null, replaceState: (_: unknown, __: string, url: string) => void shown.push(url) };
  return { taken: takeToken(place, past as unknown as History), shown };
}

test("the token of an address is taken out of it", () => {
  expect(openAt(`#token=${token}`)).toEqual({ taken: token, shown: ["/tickets?a=1"] });
});

test("a link that was not copied whole is a wrong one, not none", () => {
  expect(openAt("#token=4ODs")).toEqual({ taken: "", shown: ["/tickets?a=1"] });
});

test("another fragment stays", () => {
  for (const hash of ["", "#ACME_EMAIL", "#A_VARIABLE_WITH_A_LONG_NAME"])
    expect(openAt(hash)).toEqual({ taken: undefined, shown: [] });
});

test("a token is found in a link, a fragment, or alone", () => {
  for (const text of [`http://127.0.0.1:5050/#token=${token}`, `#token=${token}`, ` ${token}\n`])
    expect(parseToken(text)).toBe(token);
  for (const text of ["", "hello", "#token=", `#token=${token}/../x`]) expect(parseToken(text)).toBeUndefined();
});
