import { fromUp, type Cause, type Rule } from "../cause.ts";
import type { ComposeModel } from "../compose-model.ts";
import { foreignImage } from "./programs.ts";

const absent =
  /(?:pull access denied for|manifest for|manifest unknown|no such image:?|repository .* not found|image .* not found|failed to resolve reference|: not found$)/i;
const unreachable =
  /(?:lookup \S+ on \S+: .*(?:no such host|i\/o timeout|server misbehaving)|dial tcp .*(?:connection refused|i\/o timeout|no route to host)|TLS handshake timeout|Client\.Timeout exceeded|net\/http: request canceled)/i;
const refused =
  /(?:unauthorized|denied: requested access|authentication required|no basic auth credentials)/i;

/** An image that nobody has under this name, that may not be had, or whose registry does not answer. */
export const imageNotPulled: Rule = (facts) => {
  const lines = facts.upOutput.filter(
    (line) =>
      /\b(?:pull|Error|registry|manifest|image)\b/i.test(line) &&
      [absent, unreachable, refused].some((one) => one.test(line)),
  );
  if (lines.length === 0) return [];
  const missing = servicesWithout(facts.model, facts.images);
  return missing.flatMap(({ service, image, platform }): Cause[] => {
    const own = lines.filter(
      (line) => line.includes(image) || new RegExp(`^\\s*${escape(service)} `).test(line),
    );
    const mine = own.length > 0 ? own : missing.length === 1 ? lines : [];
    const told = mine.some((line) => lines.includes(line))
      ? [...mine, ...lines.filter((line) => !mine.includes(line)).slice(-1)]
      : [];
    const text = told.join("\n");
    if (text === "") return [];
    const cause = {
      ...{ params: { service, image }, severity: "error" as const, service, fixes: [] },
      evidence: fromUp(told.slice(-3)),
    };
    const here = facts.images.get(image);
    if (here !== undefined && platform !== undefined)
      return [foreignImage(cause, { service, image, platform }, facts)];
    const code = unreachable.test(text)
      ? "cause_registry_unreachable"
      : refused.test(text) && !/pull access denied/i.test(text)
        ? "cause_registry_refused"
        : "cause_image_not_found";
    return [{ ...cause, code }];
  });
};

/** Services whose image the engine does not have, or has for another processor than the file wants. */
function servicesWithout(
  model: ComposeModel | undefined,
  images: ReadonlyMap<string, { readonly platform: string }>,
): { readonly service: string; readonly image: string; readonly platform?: string }[] {
  return Object.entries(model?.services ?? {}).flatMap(([service, { image, build, platform }]) => {
    if (image === undefined || (build !== undefined && build !== null)) return [];
    const here = images.get(image);
    const fits = here !== undefined && (platform === undefined || here.platform.startsWith(platform));
    return fits ? [] : [{ service, image, ...(platform === undefined ? {} : { platform }) }];
  });
}

function escape(text: string): string {
  return text.replaceAll(/[^\w]/g, "\\$&");
}
