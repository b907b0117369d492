import { createHash } from "node:crypto";

const maxLength = 63;

/** Names a ticket's preview as a Compose project: `shop-t0001`. */
export function previewProject(project: string, ticket: string): string {
  const end = `-${ticket.replace("-", "").toLowerCase()}`;
  if (project.length + end.length <= maxLength) return project + end;
  const short = createHash("sha256").update(project).digest("hex").slice(0, 8);
  return `${project.slice(0, maxLength - end.length - short.length - 1)}-${short}${end}`;
}
