import ssh2 from "ssh2";

/** An ED25519 pair in OpenSSH's formats. */
export interface KeyPair {
  /** The PEM text of the private key, without a passphrase. */
  readonly privateKey: string;
  /** One line: type, base64, comment. */
  readonly publicKey: string;
}

/** Makes a pair; the comment is the last word of the public line. */
export function makeKeyPair(comment: string): KeyPair {
  // about one of two hundred pairs comes out malformed, and ssh2 itself cannot read it again
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync("ed25519", { comment });
    const publicKey = `${pair.public}\n`;
    if (publicKeyOf(pair.private, comment) === publicKey) return { privateKey: pair.private, publicKey };
  }
}

/** Gives the public line of a private key's text, or `undefined` where that is no unencrypted ED25519 key. */
export function publicKeyOf(privateKey: string, comment: string): string | undefined {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error || key.type !== "ssh-ed25519" || !key.isPrivateKey()) return undefined;
  return `${key.type} ${key.getPublicSSH().toString("base64")} ${comment}\n`;
}
