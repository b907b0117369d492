import { Button, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Brand } from "../app/brand.tsx";
import { CommandLine } from "../ui/command-line.tsx";
import { Icon } from "../ui/icon.tsx";
import css from "./login.module.css";
import type { Session } from "./session.ts";
import { parseToken } from "./token.ts";

interface LoginScreenProps {
  readonly session: Extract<Session, { readonly phase: "signed_out" | "unreachable" }>;
  readonly onToken: (token?: string) => void;
}

/** The door: why one is not in, and how to get a link that works. */
export function LoginScreen({ session, onToken }: LoginScreenProps) {
  const { t } = useTranslation();
  const why = session.phase === "unreachable" ? "unreachable" : session.why;
  return (
    <main className={css.door}>
      <div className={css.card}>
        <p className={css.brand}>
          <Brand />
        </p>
        <h1 className={css.title}>{t(`login.${why}.title`)}</h1>
        <p className={css.hint} role={why === "no_session" ? undefined : "alert"}>
          {t(`login.${why}.hint`)}
        </p>
        {session.phase === "unreachable" ? (
          <>
            <CommandLine command="dockfra up" />
            <Button fullWidth mt="md" leftSection={<Icon name="refresh" />} onClick={() => onToken()}>
              {t("common.retry")}
            </Button>
          </>
        ) : (
          <>
            <CommandLine command="dockfra url" />
            <p className={css.note}>{t("login.once")}</p>
            <TokenForm busy={session.busy} onToken={onToken} />
          </>
        )}
      </div>
    </main>
  );
}

function TokenForm({ busy, onToken }: { readonly busy: boolean; readonly onToken: (token: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const token = parseToken(text);
    setWrong(token === undefined);
    if (token !== undefined) onToken(token);
  };
  return (
    <form onSubmit={submit} className={css.form}>
      <TextInput
        label={t("login.paste")}
        placeholder="http://127.0.0.1:5050/#token=…"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={wrong ? t("login.not_a_link") : undefined}
        autoComplete="off"
        spellCheck={false}
      />
      <Button type="submit" fullWidth loading={busy}>
        {t("login.sign_in")}
      </Button>
    </form>
  );
}
