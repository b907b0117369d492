import type { Command } from "commander";
import { attach } from "../invocation.ts";

/** Who may use the page and its API: `url`, `token …`. */
export function addAccessCommands(program: Command): void {
  attach(
    program.command("url").description("a link to the page that signs in once"),
    async () => (await import("../access/login-url.ts")).printLoginUrl,
  );
  const token = program.command("token").description("tokens for scripts that use the API");
  attach(
    token
      .command("create")
      .description("make a token; it is shown once")
      .argument("<name>", "what it is for")
      .option("--read-only", "it may look and change nothing"),
    async () => (await import("../access/tokens.ts")).createToken,
  );
  attach(
    token.command("list", { isDefault: true }).description("each with what it may do"),
    async () => (await import("../access/tokens.ts")).listTokens,
  );
  attach(
    token.command("revoke").description("end a token").argument("<token>", "its id or name"),
    async () => (await import("../access/tokens.ts")).revokeToken,
  );
}
