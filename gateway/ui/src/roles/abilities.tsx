import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "../ui/icon.tsx";
import { say } from "../texts/sentences.ts";
import type { RoleView } from "./role-view.ts";
import css from "./roles.module.css";

/** What a role may do and what it may not, in words. */
export function Abilities({ view: { may, mayNot } }: { readonly view: RoleView }) {
  const { t } = useTranslation();
  return (
    <dl className={css.abilities}>
      <dt>{t("roles.may")}</dt>
      <dd>
        <List names={may} icon="check" />
      </dd>
      <dt>{t("roles.may_not")}</dt>
      <dd>
        <List names={mayNot} icon="cross" />
      </dd>
    </dl>
  );
}

function List({ names, icon }: { readonly names: readonly string[]; readonly icon: IconName }) {
  const { i18n } = useTranslation();
  return (
    <ul data-kind={icon}>
      {names.map((name) => (
        <li key={name}>
          <Icon name={icon} size={15} />
          {say(`ability.${name}`, i18n.language)}
        </li>
      ))}
    </ul>
  );
}
