import { principals, type Principal } from "../../../../bus/messages/principals.ts";
import { tries, type Outcome } from "./cell.ts";
import type { Killed } from "./kill.ts";
import { mutantKinds } from "./mutants.ts";
import { destinationOf, hearingOf, isWithin } from "./oracle.ts";
import { everyMutant } from "./proof.ts";
import { listenPlaces, publishPlaces, type Place } from "./universe.ts";

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, at) => (at === 0 ? "---" : "--:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

function countRows(
  places: readonly Place[],
  may: (principal: Principal, subject: string) => boolean,
): (string | number)[][] {
  const kinds = [...new Set(places.map(({ what }) => what))];
  return kinds.map((kind) => {
    const own = places.filter(({ what }) => what === kind);
    const allowed = principals.map(
      (principal) => own.filter(({ subject }) => may(principal, subject)).length || "–",
    );
    return [kind, own.length, ...allowed];
  });
}

/** How many subjects of each kind there are, and how many of them each principal may publish to. */
export function publishTable(): string {
  const may = (principal: Principal, subject: string): boolean =>
    destinationOf(principal, subject) !== undefined;
  return table(["publish, request", "tried", ...principals], countRows(publishPlaces(), may));
}

/** How many patterns of each kind there are, and how many of them each principal may listen to. */
export function listenTable(): string {
  const may = (principal: Principal, subject: string): boolean =>
    hearingOf(principal).some((whole) => isWithin(subject, whole));
  return table(["listen", "tried", ...principals], countRows(listenPlaces(), may));
}

/** How many changed configurations there are of each kind. */
export function mutantTable(): string {
  const { together, wide, exports, switches } = everyMutant();
  const all = [...together, ...wide, ...exports, ...switches];
  const rows = mutantKinds.map((kind) => [kind, all.filter((mutant) => mutant.kind === kind).length]);
  return table(["one grant more or less", "configurations"], [...rows, ["all", all.length]]);
}

/** What a run on a real server found. */
export function resultText(
  version: string,
  outcomes: readonly Outcome[],
  { all, alone }: { readonly all: readonly Killed[]; readonly alone: readonly Killed[] },
): string {
  const rows = tries.map((how) => {
    const own = outcomes.filter((outcome) => outcome.how === how);
    const faults = own.filter(({ fault }) => fault !== undefined).length;
    const allowed = own.filter((outcome) => outcome.allowed).length;
    return [how, own.length, allowed, own.length - allowed, faults];
  });
  const sum = (at: number): number => rows.reduce((total, row) => total + Number(row[at]), 0);
  const noticed = (killed: readonly Killed[]): string =>
    `${killed.filter(({ by }) => by !== undefined).length} of ${killed.length}`;
  return [
    `Measured on nats-server ${version}:`,
    "",
    table(
      ["tried by", "cells", "allowed", "denied", "not as the table says"],
      [...rows, ["all", sum(1), sum(2), sum(3), sum(4)]],
    ),
    "",
    `Changed configurations that at least one cell noticed: ${noticed(all)}; drawn again and tried alone by everybody's cells: ${noticed(alone)}.`,
  ].join("\n");
}
