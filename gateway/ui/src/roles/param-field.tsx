import { TextInput } from "@mantine/core";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { listTickets } from "../live/ticket-map.ts";
import type { RoleCommand } from "./role-view.ts";

interface ParamFieldProps {
  readonly id: string;
  readonly param: RoleCommand["params"][number];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** One argument, with what is known to fit. */
export function ParamField({ id, param: { name, kind, required }, value, onChange }: ParamFieldProps) {
  const { state } = useLive();
  const tickets = useStore(state.tickets).value;
  const project = useStore(state.project).value;
  const offered =
    kind === "ticket"
      ? listTickets(tickets ?? new Map()).map(({ id: ticket, title }) => ({ value: ticket, label: title }))
      : kind === "stack"
        ? (project?.stacks ?? []).map((stack) => ({ value: stack.name, label: stack.dir }))
        : [];
  return (
    <>
      <TextInput
        label={name}
        required={required}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        list={offered.length > 0 ? id : undefined}
        maxLength={8_000}
        autoComplete="off"
        spellCheck={false}
      />
      {offered.length > 0 && (
        <datalist id={id}>
          {offered.slice(0, 100).map((each) => (
            <option key={each.value} value={each.value}>
              {each.label}
            </option>
          ))}
        </datalist>
      )}
    </>
  );
}
