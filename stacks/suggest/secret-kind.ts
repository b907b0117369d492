/** Names whose value another service hands out: nothing that is made here would work. */
const foreign =
  /^(?:AWS|AZURE|GCP|GOOGLE|GITHUB|GITLAB|BITBUCKET|OPENAI|OPENROUTER|ANTHROPIC|GROQ|MISTRAL|GEMINI|HF|HUGGINGFACE|STRIPE|PAYPAL|TWILIO|SENDGRID|MAILGUN|POSTMARK|SMTP|SENTRY|SLACK|DISCORD|TELEGRAM|CLOUDFLARE|CF|DIGITALOCEAN|DO|HETZNER|OVH|DUCKDNS|TAILSCALE|TS|NGROK|LICENSE|PLEX|NPM|DOCKER|OAUTH|OIDC|FACEBOOK|TWITTER|APPLE|MICROSOFT|SPOTIFY|WIREGUARD|VPN|LLM)_|_(?:DSN|LICENSE_KEY|ACCESS_KEY_ID|CLIENT_ID|CLIENT_SECRET|WEBHOOK_URL|PUBLIC_KEY|CERT|CERTIFICATE|PRIVATE_KEY|SSH_KEY|API_TOKEN)$|^(?:GITHUB_TOKEN|SMTP_PASSWORD)$/;

/** How a secret is to be written. */
export interface SecretKind {
  readonly alphabet: "base64url" | "hex" | "letters" | "base64" | "laravel" | "digits" | "uuid";
  /** Characters; for `base64` and `laravel` bytes before they are encoded. */
  readonly length: number;
}

const exact: readonly (readonly [RegExp, SecretKind])[] = [
  // Rails wants at least 64 bytes
  [/(?:^|_)SECRET_KEY_BASE$/, { alphabet: "hex", length: 128 }],
  [/^APP_KEY$/, { alphabet: "laravel", length: 32 }],
  [/FERNET_KEY/, { alphabet: "base64", length: 32 }],
  [/(?:^|_)CLUSTER_ID$|_UUID$/, { alphabet: "uuid", length: 36 }],
  // the protocol of VNC cuts behind eight
  [/VNC.*PASS/, { alphabet: "letters", length: 8 }],
  [/(?:^|_)PIN$/, { alphabet: "digits", length: 6 }],
  // taken as 32 bytes in hexadecimal by most that want a key for a cipher
  [/(?:ENCRYPTION|CIPHER|AES|MASTER)_?KEY$/, { alphabet: "hex", length: 64 }],
  [/(?:JWT|SESSION|COOKIE|SECRET_KEY|AUTH_SECRET|NEXTAUTH)/, { alphabet: "base64url", length: 64 }],
  // stands in addresses like postgres://user:password@db, where signs have a meaning
  [/PASS(?:WORD|WD|PHRASE)?$|PWD$/, { alphabet: "letters", length: 32 }],
  [/SALT$|PEPPER$/, { alphabet: "hex", length: 32 }],
  [/TOKEN$|API_?KEY$/, { alphabet: "hex", length: 48 }],
];
const usual: SecretKind = { alphabet: "base64url", length: 48 };

/** Says how long a secret of this name is to be, and of which characters. */
export function secretKindOf(name: string): SecretKind {
  const upper = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase();
  return exact.find(([pattern]) => pattern.test(upper))?.[1] ?? usual;
}

/** Whether a secret is the project's own to choose, and not one that somebody hands out. */
export function isOwnSecret(name: string): boolean {
  return !foreign.test(name.toUpperCase());
}
