import type { Principal } from "../messages/principals.ts";
import { planAccounts, type Account, type User } from "./accounts.ts";

/** Public NKey of each principal's user. */
export type PublicKeys = Readonly<Record<Principal, string>>;

export interface ServerConfigOptions {
  readonly prefix: string;
  readonly publicKeys: PublicKeys;
  readonly serverName: string;
  readonly port: number;
  /** Addresses to listen on; nats-server takes one. Default 127.0.0.1. */
  readonly host?: string;
  readonly storeDir: string;
  readonly logFile: string;
  readonly pidFile: string;
  /** Most bytes of memory and of disk that the streams may take. */
  readonly maxMemoryBytes?: number;
  readonly maxDiskBytes?: number;
}

const quote = (value: string): string => JSON.stringify(value);
const list = (values: readonly string[], indent: string): string =>
  values.length === 0
    ? "[]"
    : `[\n${values.map((value) => `${indent}  ${quote(value)}`).join("\n")}\n${indent}]`;

function renderUser(user: User, publicKeys: PublicKeys): string {
  const indent = "        ";
  const answers = user.answers ? `\n${indent}allow_responses: { max: 1, expires: "1m" }` : "";
  return `      { # ${user.principal}
        nkey: ${quote(publicKeys[user.principal])}
        permissions: {
          publish: { allow: ${list(user.publish, "          ")} }
          subscribe: { allow: ${list(user.subscribe, "          ")} }${answers}
        }
      }`;
}

function renderAccount(account: Account, publicKeys: PublicKeys): string {
  const exports = account.exports.map(
    ({ kind, subject, accounts, manyReplies }) =>
      `      { ${kind}: ${quote(subject)}, accounts: [${accounts.map(quote).join(", ")}]${manyReplies ? ", response_type: stream" : ""} }`,
  );
  const imports = account.imports.map(
    ({ kind, account: from, subject, to }) =>
      `      { ${kind}: { account: ${quote(from)}, subject: ${quote(subject)} }${to ? `, to: ${quote(to)}` : ""} }`,
  );
  const users = account.users.map((user) => renderUser(user, publicKeys));
  return `  ${quote(account.name)}: {
    jetstream: ${account.jetstream ? "enabled" : "disabled"}
    users: [
${users.join("\n")}
    ]
    exports: [
${exports.join("\n")}
    ]
    imports: [
${imports.join("\n")}
    ]
  }`;
}

/** The `accounts` block that any server of one installation needs; other accounts than the planned ones are for proofs only. */
export function renderAccounts(
  prefix: string,
  publicKeys: PublicKeys,
  accounts: readonly Account[] = planAccounts(prefix),
): string {
  const blocks = accounts.map((account) => renderAccount(account, publicKeys));
  return `accounts: {\n${blocks.join("\n")}\n}\n`;
}

/** The whole configuration of the embedded server: loopback, no monitoring port, no anonymous user, every write synced. */
export function renderServerConfig(options: ServerConfigOptions): string {
  const { maxMemoryBytes = 256 * 1024 * 1024, maxDiskBytes = 8 * 1024 * 1024 * 1024 } = options;
  return `# Generated at every start from the capability table. Changes are overwritten.
server_name: ${quote(options.serverName)}
host: ${quote(options.host ?? "127.0.0.1")}
port: ${options.port}
max_payload: 1048576
max_connections: 1024
pid_file: ${quote(options.pidFile)}
log_file: ${quote(options.logFile)}
logfile_size_limit: 8388608
logfile_max_num: 3
jetstream: {
  store_dir: ${quote(options.storeDir)}
  sync_interval: always
  max_memory_store: ${maxMemoryBytes}
  max_file_store: ${maxDiskBytes}
}
${renderAccounts(options.prefix, options.publicKeys)}`;
}
