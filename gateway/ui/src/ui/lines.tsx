import { Skeleton, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Grey lines where something is about to stand. */
export function Lines({ count = 3, height = 18 }: { readonly count?: number; readonly height?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" role="status" aria-label={t("common.loading")}>
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={index} height={height} width={`${100 - ((index * 17) % 40)}%`} radius="sm" />
      ))}
    </Stack>
  );
}
