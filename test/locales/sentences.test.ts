import { describe, expect, test } from "vitest";
import { languages, placeholdersOf, render, shellWord } from "../../locales/render.ts";
import { en } from "../../locales/en/all.ts";
import { composedCodes, errorCodes, eventCodes, feedCodes } from "./codes.ts";

const sentences: Readonly<Record<string, string>> = en;
const uses = [...errorCodes(), ...feedCodes()];

describe("sentences", () => {
  test("every code in the source has one", () => {
    const missing = uses
      .filter(({ code }) => !(code in sentences))
      .map(({ code, file }) => `${code} of ${file}`);
    expect([...new Set(missing)]).toEqual([]);
  });

  test("every code that the source puts together has one", () => {
    expect([...composedCodes(), ...eventCodes()].filter((code) => !(code in sentences))).toEqual([]);
  });

  test("none is unused", () => {
    const used = new Set([...uses.map(({ code }) => code), ...composedCodes(), ...eventCodes()]);
    expect(Object.keys(sentences).filter((code) => !used.has(code))).toEqual([]);
  });

  test.each(Object.entries(sentences))("%s is one calm sentence", (_, sentence) => {
    expect(sentence).toBe(sentence.trim());
    expect(sentence).not.toMatch(/[!\n]|\bplease\b|\boops\b/i);
    expect(sentence.replaceAll(/\{[A-Za-z][A-Za-z0-9]*\}/g, "")).not.toMatch(/\{[a-z]+\}/);
  });
});

describe("render", () => {
  test("fills placeholders", () => {
    expect(render("en", "ticket_unknown", { ticket: "T-0009" })).toBe(
      "There is no ticket T-0009. See: dockfra ticket list",
    );
  });

  test("gives nothing for an unknown code, or one of an object's own", () => {
    expect(render("en", "no_such_code", {})).toBeUndefined();
    expect(render("en", "toString", {})).toBeUndefined();
  });

  test("gives nothing where a parameter is missing, so that the error's own message is said", () => {
    expect(render("en", "ticket_unknown", {})).toBeUndefined();
  });

  test("does not fill what a parameter brings along", () => {
    expect(render("en", "ticket_unknown", { ticket: "{ticket}" })).toContain("{ticket}");
    expect(render("en", "ticket_unknown", { ticket: "$&" })).toContain("$&");
  });

  test("a value in a command to copy is quoted where a shell would split it, and only there", () => {
    expect(render("en", "not_running", { root: "/my shop" })).toBe(
      "Nothing runs for /my shop. Start it with: dockfra up --root '/my shop'",
    );
    expect(render("en", "not_running", { root: "/shop" })).toMatch(/--root \/shop$/);
    expect(shellWord("it's")).toBe(String.raw`'it'\''s'`);
    expect(shellWord("")).toBe("''");
    expect(shellWord("$HOME")).toBe("'$HOME'");
  });

  test("every language knows the same codes as English and no others", () => {
    for (const table of Object.values(languages))
      expect(Object.keys(table).toSorted()).toEqual(Object.keys(en).toSorted());
  });

  test("names the parameters of a sentence", () => {
    expect(placeholdersOf("{a} and {bC} and {a}")).toEqual(["a", "bC", "a"]);
  });
});

test("an event in a sentence is said as what happened; one that is unknown keeps its name", () => {
  expect(
    render("en", "ticket_noted", { state: "open", event: "autopilot.decide.done", by: "autopilot" }),
  ).toBe("still open: the autopilot decided");
  expect(render("en", "ticket_moved", { state: "approving", event: "ticket.approve", by: "ada" })).toBe(
    "approving now: ada approved it",
  );
  expect(render("en", "ticket_moved", { state: "x", event: "of.tomorrow", by: "ada" })).toBe(
    "x now: of.tomorrow",
  );
});
