/** Names that nobody's model reads, with all that is in them: what opens something, and git's own. */
const secretNames = [
  /^\.git$/,
  /^\.env/,
  /\.env$/,
  /^\.(?:npmrc|netrc|pypirc|pgpass|htpasswd|git-credentials)$/,
  /^\.yarnrc/,
  /^\.(?:ssh|gnupg|aws|kube|docker)$/,
  /^id_(?:rsa|dsa|ecdsa|ed25519)$/,
  /\.(?:pem|key|p12|pfx|jks|keystore|kdbx)$/,
] as const;

/** What looks secret by its name and is written to be read. */
const exampleNames = /^(?:\.env\.(?:example|sample|template|dist)|(?:example|sample|template)\.env)$/;

/** Names that are read and not written: what runs by itself, steers CI or other agents, or tells git what to do. */
const steeringNames = [
  /^\.(?:github|circleci|husky|githooks|vscode|idea|devcontainer)$/,
  /^\.git(?:lab-ci\.yml|modules|attributes|config)$/,
  /^\.pre-commit-config\.ya?ml$/,
  /^\.?lefthook(?:-local)?\.ya?ml$/,
  /^\.pnpmfile\.[cm]?js$/,
  /^(?:agents|claude|gemini|copilot-instructions)(?:\.local|\.override)?\.md$/,
  /^\.(?:claude|codex|cursor|opencode|windsurf|gemini|continue|agents|roo|kiro)$/,
  /^\.(?:cursor|windsurf|cline)rules$/,
  /^\.aider/,
  /^\.mcp\.json$/,
  /^opencode\.jsonc?$/,
] as const;

/** The same, at the top of the project only: Dockfra's own. */
const steeringTops = new Set(["dockfra.yaml", "dockfra"]);

/** Why a path of the project may not be read by a model, or `undefined` where it may. Names count, whether the file is there or not. */
export function whyUnreadable(path: string): string | undefined {
  const parts = partsOf(path);
  const last = parts.length - 1;
  const secret = parts.some(
    (part, index) =>
      !(index === last && exampleNames.test(part)) && secretNames.some((name) => name.test(part)),
  );
  return secret ? "it is a place for secrets or git's own" : undefined;
}

/** Why a path may not be written by a model, or `undefined` where it may. */
export function whyUnwritable(path: string): string | undefined {
  const unreadable = whyUnreadable(path);
  if (unreadable !== undefined) return unreadable;
  const parts = partsOf(path);
  const steers =
    steeringTops.has(parts[0] ?? "") || parts.some((part) => steeringNames.some((name) => name.test(part)));
  return steers ? "it steers other programs, and is changed by people only" : undefined;
}

/** Names as the least strict file system would read them: without case, width, ignorable characters and trailing dots. */
function partsOf(path: string): string[] {
  return path
    .normalize("NFKC")
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "")
    .toLowerCase()
    .split("/")
    .map((part) => part.replace(/(?<=[^. ])[. ]+$/, "").replace(/:.*$/, ""));
}
