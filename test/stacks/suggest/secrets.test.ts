import { expect, test } from "vitest";
import { makeSecret } from "../../../stacks/suggest/random-secret.ts";
import { isOwnSecret, secretKindOf } from "../../../stacks/suggest/secret-kind.ts";
import { quoteEnvValue } from "../../../stacks/env-file/quoting.ts";

test.each([
  ["POSTGRES_PASSWORD", /^[A-Za-z2-9]{32}$/],
  ["dbPassword", /^[A-Za-z2-9]{32}$/],
  ["VNC_PASSWORD", /^[A-Za-z2-9]{8}$/],
  ["JWT_SECRET", /^[\w-]{64}$/],
  ["SECRET_KEY_BASE", /^[0-9a-f]{128}$/],
  ["N8N_ENCRYPTION_KEY", /^[0-9a-f]{64}$/],
  ["APP_KEY", /^base64:[A-Za-z0-9+/]{43}=$/],
  ["FERNET_KEY", /^[\w-]{43}=$/],
  ["KAFKA_CLUSTER_ID", /^[0-9a-f]{8}-[0-9a-f-]{27}$/],
  ["PASSWORD_SALT", /^[0-9a-f]{32}$/],
  ["API_KEY", /^[0-9a-f]{48}$/],
  ["DOOR_PIN", /^\d{6}$/],
  ["SOME_SECRET", /^[\w-]{48}$/],
])("%s is of the kind that its name asks for", (name, pattern) => {
  const made = Array.from({ length: 50 }, () => makeSecret(name));
  for (const value of made) expect(value).toMatch(pattern);
  if (name !== "DOOR_PIN") expect(new Set(made).size).toBe(50);
});

test("every kind has 128 bits at least, but for what cannot take more", () => {
  const bits = { base64url: 6, hex: 4, letters: 5.8, base64: 8, laravel: 8, digits: 3.3, uuid: 3.4 };
  for (const name of ["DB_PASSWORD", "JWT_SECRET", "X_TOKEN", "X_SALT", "APP_KEY", "X_KEY", "X_UUID"]) {
    const { alphabet, length } = secretKindOf(name);
    expect(bits[alphabet] * length).toBeGreaterThanOrEqual(120);
  }
});

test("a password has no sign that an address, a shell or an env file would take for something else", () => {
  for (let index = 0; index < 200; index++) {
    const value = makeSecret("DB_PASSWORD");
    expect(new URL(`postgres://u:${value}@db/x`).password).toBe(value);
    expect(quoteEnvValue("A", value)).toBe(value);
  }
});

test.each([
  "OPENAI_API_KEY",
  "GITHUB_TOKEN",
  "AWS_SECRET_ACCESS_KEY",
  "SMTP_PASSWORD",
  "STRIPE_SECRET_KEY",
  "SENTRY_DSN",
  "OAUTH_CLIENT_SECRET",
  "SSH_PRIVATE_KEY",
])("%s is what somebody else hands out, and is not made", (name) => {
  expect(isOwnSecret(name)).toBe(false);
});

test.each(["POSTGRES_PASSWORD", "JWT_SECRET", "MINIO_ROOT_PASSWORD", "API_KEY", "ADMIN_PASSWORD"])(
  "%s can be made here",
  (name) => {
    expect(isOwnSecret(name)).toBe(true);
  },
);
