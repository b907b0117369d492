import type { QuestionInput } from "../../bus/messages/questions.ts";
import type { QuestionClient } from "../../bus/ports/intents.ts";
import type { KnownSecrets } from "../text/known-secrets.ts";

/** Keeps the secret values that people write in mind, so that no output shows them. */
export function rememberSecrets(client: QuestionClient, secrets: KnownSecrets): QuestionClient {
  return {
    async question(question, input, options) {
      if (question === "monitor.env-set") {
        const { values } = input as QuestionInput<"monitor.env-set">;
        const { variables } = await client.question("monitor.stacks", {});
        for (const { name, secret } of variables) {
          const value = values[name];
          if (secret && value !== undefined) secrets.remember(value);
        }
      }
      return client.question(question, input, options);
    },
  };
}
