/** The labels by which everything of a preview is found, whoever has forgotten it. */
export const previewLabels = { ticket: "dockfra.preview", root: "dockfra.preview.root" } as const;

/** The labels of one preview's objects. */
export function labelsOf(ticket: string, root: string): Record<string, string> {
  return { [previewLabels.ticket]: ticket, [previewLabels.root]: root };
}
