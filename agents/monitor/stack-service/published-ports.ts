const widestRange = 20;

/** The TCP ports of this machine that a short port spec asks for; none where Docker chooses. */
export function publishedPorts(spec: string): number[] {
  const [places = "", protocol = "tcp"] = spec.split("/");
  if (protocol !== "tcp" || places.includes("$")) return [];
  const parts = places.split(":");
  if (parts.length < 2) return [];
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(parts.at(-2) ?? "");
  if (match === null) return [];
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  if (first < 1 || last > 65_535 || last < first || last - first >= widestRange) return [];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
