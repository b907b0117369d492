import { Button, Group, Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface ConfirmDialogProps {
  readonly title: string;
  /** What the button says that does it. */
  readonly go: string;
  readonly onGo: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Asks before something is done; closes itself either way. */
export function ConfirmDialog({ title, go, onGo, onClose, children }: ConfirmDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      closeButtonProps={{ "aria-label": t("common.close") }}
      centered
    >
      <div className="stack">
        {children}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button
            data-autofocus
            onClick={() => {
              onClose();
              onGo();
            }}
          >
            {go}
          </Button>
        </Group>
      </div>
    </Modal>
  );
}
