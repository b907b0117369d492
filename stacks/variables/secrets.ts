const secretWords = new Set([
  "APIKEY",
  "CREDENTIAL",
  "CREDENTIALS",
  "CREDS",
  "DSN",
  "KEY",
  "KEYS",
  "PASS",
  "PASSPHRASE",
  "PASSWD",
  "PASSWORD",
  "PAT",
  "PEPPER",
  "PW",
  "PWD",
  "SALT",
  "SECRET",
  "SECRETS",
  "TOKEN",
  "TOKENS",
]);
const secretEndings = ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "APIKEY", "PASSPHRASE"];
const publicWords = new Set(["PUBLIC", "PUB"]);
// a name that ends so says where the secret is, or how long it lives
const plainEndings = new Set(["FILE", "PATH", "DIR", "TTL", "LENGTH", "EXPIRY", "EXPIRES"]);

/** Whether a name says that its value must not be shown: `DB_PASSWORD`, `apiToken`, but not `SECRET_FILE`. */
export function isSecretName(name: string): boolean {
  if (name === "PWD" || name === "OLDPWD") return false;
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== "");
  const last = words.at(-1);
  if (last === undefined || plainEndings.has(last) || words.some((word) => publicWords.has(word)))
    return false;
  return words.some((word) => secretWords.has(word) || secretEndings.some((ending) => word.endsWith(ending)));
}
