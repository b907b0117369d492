import type { Action } from "./reply.ts";

/** `open_url::<url>`: a gateway opens nothing on a person's screen; it gives the link. */
const openUrl: Action = ({ args, t, say }) => {
  const url = parseWebUrl(args.join("::"));
  say(url === undefined ? t("wizard.url_refused") : linkTo(url));
};

/** `open_github::<path>`: a page of the project's repository. */
const openGithub: Action = async ({ services: { bus }, args, t, say }) => {
  const { value = "" } = await bus.question("monitor.detect", { key: "GIT_REPO_URL" });
  const base = toWebUrl(value);
  if (base === undefined) return say(t("wizard.no_remote"));
  const path = args
    .join("::")
    .split("/")
    .filter((part) => part !== "" && part !== "." && part !== "..")
    .map(encodeURIComponent)
    .join("/");
  say(linkTo(new URL(path === "" ? base.href : `${base.href}/${path}`)));
};

/** The page of a git remote, or nothing where it has none: `git@host:owner/name.git` is `https://host/owner/name`. */
export function toWebUrl(remote: string): URL | undefined {
  const short = /^(?:[\w.-]+@)?([\w.-]+):(?!\/)([\w./-]+)$/.exec(remote);
  const long = /^ssh:\/\/(?:[\w.-]+@)?([\w.-]+)(?::\d+)?\/([\w./-]+)$/.exec(remote);
  const [, host, path] = short ?? long ?? [];
  const url = parseWebUrl(host === undefined ? remote : `https://${host}/${path}`);
  if (url === undefined) return undefined;
  return new URL(`${url.origin}${url.pathname.replace(/(?:\.git)?\/*$/, "")}`);
}

function parseWebUrl(text: string): URL | undefined {
  const url = URL.parse(text.slice(0, 2_000));
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** Brackets would end the mark of the link. */
function linkTo({ href }: URL): string {
  return href.replaceAll("(", "%28").replaceAll(")", "%29");
}

/** Links to what is elsewhere. */
export const linkActions: Readonly<Record<string, Action>> = { open_url: openUrl, open_github: openGithub };
