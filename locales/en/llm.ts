/** What language models do, cost and fail at. */
export const llm = {
  llm_answer_garbled:
    "The model's endpoint answers something that is not the OpenAI protocol. Look at LLM_BASE_URL.",
  llm_answer_too_large:
    "The model's answer has more than {maxAnswerBytes} bytes, which no honest one has. Use another endpoint.",
  llm_budget_exhausted:
    "The ticket has used its {what}. Raise ticket_{what} under budgets in dockfra.yaml, or make the ticket smaller, then resume it.",
  llm_credit_exhausted:
    "The account at the model's endpoint has no credit left. Add some, then resume the ticket.",
  llm_key_invalid:
    "OPENROUTER_API_KEY has characters that no key has. Copy it again, without quotes or blanks inside.",
  llm_key_refused: "The model's endpoint refuses the key. Put the right one into OPENROUTER_API_KEY.",
  llm_model_missing:
    "No model is named for the {role}. Put LLM_MODEL into dockfra/.env, or set llm.{role}.model.",
  llm_model_unknown:
    "The endpoint does not know the model or the address: {why}. Mend LLM_MODEL or LLM_BASE_URL.",
  llm_no_progress:
    "The model {model} got nowhere with {ticket}, twice: {why} Say more in the ticket, or choose a stronger model, then resume it.",
  llm_not_configured:
    "No language model is configured. Put OPENROUTER_API_KEY, or LLM_BASE_URL and LLM_MODEL, into dockfra/.env.",
  llm_opinion: "the model {model} adds: {what}",
  llm_opinion_missing: "goes by the rules alone: the model gave no opinion ({code})",
  llm_opinion_unusable:
    "The model {model} gives no answer in the form that was asked for. Choose a stronger one.",
  llm_plan: "plans",
  llm_price_unknown:
    "Nobody says what the model {model} costs, and the ticket has a budget in money. Add its price to the setting llm.prices, or take ticket_usd away.",
  llm_put_back: "puts back {count} files that only people may change",
  llm_rate_limited:
    "The model's endpoint allows no more calls now. Wait a while, or use another model, then resume the ticket.",
  llm_request_refused:
    "The model's endpoint refuses the request: {why}. Choose another model, or look at its documentation.",
  llm_retry: "asks the model again in {pauseMs} ms ({code})",
  llm_server_failed: "The model's endpoint failed: {why}. Try again later.",
  llm_setting_invalid: "The setting {key} cannot be used: {why}. Set it again as JSON.",
  llm_spend_unreadable:
    "What the ticket has spent cannot be read from {path}. Remove that file to count from nothing, then resume the ticket.",
  llm_strategy_changed: "tries another strategy ({stall})",
  llm_stream_cut: "The model's answer broke off again and again. Try again later.",
  llm_text: "says",
  llm_timeout:
    "The model's endpoint was silent for {silenceMs} ms, or its answer took more than {answerMs} ms. Try again later.",
  llm_tool: "{tool} {target}",
  llm_tool_refused: "{tool} was refused",
  llm_unreachable: "The model's endpoint does not answer: {why}. See whether LLM_BASE_URL is right and up.",
  llm_url_insecure:
    "LLM_BASE_URL would send the key to {host} unencrypted. Use https, or an address of your own network.",
  llm_url_invalid: "LLM_BASE_URL cannot be used: {why}. Write it as https://host/v1.",
  llm_usage:
    "step {step} of at most {steps}: {model} read {promptTokens} tokens and wrote {completionTokens}; {ticketTokens} for the ticket so far",
  secret_in_change:
    "{path} holds a secret of this installation, so the change was dropped. Look at how it came there before you go on.",
} as const;
