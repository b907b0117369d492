import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../live/api.ts";
import { sentenceOf } from "../texts/sentences.ts";

/** Gives the sentence for anything that was thrown. */
export function useErrorText(): (error: unknown) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    (error) => {
      if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
      if (error.info) return sentenceOf(error.info, i18n.language);
      return error.status === 0 ? t("errors.unreachable") : t("errors.status", { status: error.status });
    },
    [t, i18n.language],
  );
}
