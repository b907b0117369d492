import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import type { TicketView } from "../../../../bus/messages/ticket.ts";
import { sentenceOf } from "../texts/sentences.ts";
import { CommandLine } from "../ui/command-line.tsx";
import { ExternalLink } from "../ui/external-link.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Problem } from "../ui/problem.tsx";
import { RejectDialog } from "./reject-dialog.tsx";
import { verbsOf, toneOf, type Verb } from "./states.ts";
import { useVerb } from "./ticket-actions.ts";
import css from "./ticket.module.css";

const icons: Readonly<Record<Verb, IconName>> = {
  assign: "play",
  approve: "check",
  reject: "undo",
  pause: "pause",
  resume: "play",
  cancel: "cross",
  reopen: "undo",
};
const main: readonly Verb[] = ["assign", "approve", "resume"];

/** What the ticket waits for, and the buttons that let it go on. */
export function NextStep({ ticket }: { readonly ticket: TicketView }) {
  const { t, i18n } = useTranslation();
  const task = useVerb(ticket.id);
  const [rejecting, { open, close }] = useDisclosure(false);
  const act = (verb: Verb): void => {
    if (verb === "reject") return open();
    task.forget();
    const bound =
      verb === "approve" && ticket.approvalHash !== undefined ? { approvalHash: ticket.approvalHash } : {};
    void task.run(verb, bound);
  };
  return (
    <section className={css.next} data-tone={toneOf(ticket.state)} aria-label={t("ticket.next")}>
      <div className={css.nextText} aria-live="polite">
        <p className={css.nextTitle}>{t(`next.${ticket.state}.title`)}</p>
        <p>
          {ticket.blocked ? sentenceOf(ticket.blocked.error, i18n.language) : t(`next.${ticket.state}.hint`)}
        </p>
        {ticket.state === "closed" && ticket.checkoutCommand !== undefined && (
          <>
            <p className="dim">{t("ticket.checkout")}</p>
            <CommandLine command={ticket.checkoutCommand} />
          </>
        )}
      </div>
      <div className={css.nextButtons}>
        {ticket.url !== undefined && ticket.state !== "approving" && (
          <span className={css.open}>
            <ExternalLink href={ticket.url}>{t("ticket.open_app")}</ExternalLink>
          </span>
        )}
        {verbsOf(ticket).map((verb) => (
          <Button
            key={verb}
            size="sm"
            variant={main.includes(verb) ? "filled" : "default"}
            leftSection={<Icon name={icons[verb]} size={16} />}
            disabled={task.busy}
            onClick={() => act(verb)}
          >
            {t(`verbs.${verb}`)}
          </Button>
        ))}
      </div>
      {task.error && <Problem error={task.error} />}
      {rejecting && <RejectDialog id={ticket.id} onClose={close} />}
    </section>
  );
}
