import { DockfraError, toErrorInfo } from "../../bus/kernel/errors.ts";
import type { Invocation } from "../invocation.ts";
import { toSentence } from "../terminal/failure.ts";
import { setupDevTools } from "./dev-tools.ts";
import { setupGithub, type GithubSetup } from "./github.ts";
import { setupLlm, type LlmSetup } from "./llm.ts";

/** `setup all`: one after the other; what one lacks does not keep the next from being asked. Exit code 2 where one lacks something. */
export async function setupAll(invocation: Invocation<GithubSetup & LlmSetup>): Promise<number> {
  let exitCode = 0;
  for (const step of [setupDevTools, setupGithub, setupLlm]) {
    try {
      await step(invocation);
    } catch (error) {
      if (!(error instanceof DockfraError)) throw error;
      invocation.screen.note(toSentence(toErrorInfo(error)));
      exitCode = 2;
    }
  }
  return exitCode;
}
