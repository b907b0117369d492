import type { Widget } from "../../../socket/events.ts";

/** A choice of a list of buttons or options. */
export interface Choice {
  readonly label: string;
  readonly value: string;
}

/** Reads a text field of a widget; anything else is nothing. */
export function textOf(widget: Widget, field: string): string {
  const value = widget[field];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Reads a list of choices; what is none is left out. */
export function choicesOf(widget: Widget, field: string): Choice[] {
  return recordsOf(widget, field).flatMap((each) => {
    const value = each["value"];
    const label = each["label"] ?? value;
    return typeof value === "string" && typeof label === "string" ? [{ label, value }] : [];
  });
}

/** Reads a list of objects. */
export function recordsOf(widget: Widget, field: string): Readonly<Record<string, unknown>>[] {
  const list = widget[field];
  if (!Array.isArray(list)) return [];
  return list.filter((each): each is Record<string, unknown> => typeof each === "object" && each !== null);
}
