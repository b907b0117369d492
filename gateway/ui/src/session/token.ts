const secretForm = /^[A-Za-z0-9_-]{16,200}$/;

/** Takes the one-time token out of the address, and the address bar, at once; empty where it was not copied whole. */
export function takeToken(
  place: Pick<Location, "hash" | "pathname" | "search"> = location,
  past: Pick<History, "state" | "replaceState"> = history,
): string | undefined {
  if (!place.hash.includes("token=")) return undefined;
  const token = parseToken(place.hash) ?? "";
  past.replaceState(past.state, "", `${place.pathname}${place.search}`);
  return token;
}

/** Finds a token in a whole link, its fragment, or the token itself. */
export function parseToken(text: string): string | undefined {
  const token = /[#&]token=([^&\s]*)/.exec(text)?.[1] ?? text.trim();
  return secretForm.test(token) ? token : undefined;
}
