import { notFound } from "../../bus/kernel/errors.ts";
import type { Diagnosis } from "../../bus/messages/diagnosis.ts";
import type { Finding } from "../../bus/messages/stack-service.ts";
import { readDiagnoses } from "../stacks/diagnoses.ts";
import { findService } from "../stacks/containers.ts";
import { followJob } from "./follow.ts";
import { sayDiagnoses, sayFindings } from "./offers.ts";
import type { Action, ActionContext, Button } from "./reply.ts";
import { showFields } from "./settings.ts";

const preflightMs = 60_000;

/** What the predecessor's fixes are about, by the codes of causes and findings. */
const topics: Readonly<Record<string, RegExp>> = {
  fix_network_overlap: /network/,
  fix_acme_storage: /acme/,
  fix_readonly_volume: /read_only|bind_denied/,
  fix_docker_perms: /socket|engine|docker/,
  fix_vnc_port: /port/,
};

const restart: Action = async (context) => {
  const { stack, service } = await serviceOf(context);
  const job = await context.services.jobs.begin({ do: "restart", stack, services: [service] }, context.actor);
  return followJob(context, job);
};

const fixContainer: Action = async (context) => {
  const about = await serviceOf(context);
  return show(context, await readDiagnoses(context.services, pick(about)), []);
};

/** The same with a model's word, where a key is set. */
const analyse: Action = async (context) => {
  const about = await serviceOf(context);
  const found = await readDiagnoses(context.services, { ...pick(about), analyse: true });
  if (found.length > 0 && found.every(({ analysis }) => analysis === undefined))
    context.say(context.t("wizard.no_analysis"));
  return show(context, found, []);
};

/** `diag_port::<port>`: who has it, and what to do. */
const diagnosePort: Action = async (context) => {
  const { services, t, say } = context;
  const port = Number(context.args[0]);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return say(t("wizard.port_invalid"));
  const [{ ports }, findings, { variables }] = await Promise.all([
    services.bus.question("host.ports", { ports: [port] }),
    preflight(context, []),
    services.bus.question("monitor.stacks", {}),
  ]);
  const [seen] = ports;
  if (seen?.free === true) say(t("wizard.port_free", { port }));
  else say(t("wizard.port_held", { port, holder: seen?.holder ?? "?", next: seen?.nextFree ?? "?" }));
  const buttons = sayFindings(
    context,
    findings.filter(({ params }) => Number(params["port"]) === port),
  );
  const variable = variables.find(({ value, secret }) => !secret && value === String(port));
  if (variable && seen?.free === false) {
    const value = seen.nextFree === undefined ? variable.value : String(seen.nextFree);
    showFields(context, [{ ...variable, ...(value === undefined ? {} : { value }) }]);
    buttons.push({ label: t("wizard.button.save"), value: `save_env_var::${variable.name}` });
  }
  end(context, buttons);
};

/** One of the predecessor's fixes: what is found of its topic now, each with its buttons. */
function fixTopic(name: string): Action {
  return async (context) => {
    const topic = topics[name] ?? /./;
    const word = context.args.join("::").toLowerCase();
    const [diagnoses, findings] = await Promise.all([
      readDiagnoses(context.services, {}),
      preflight(context, []),
    ]);
    const fits = ({ code, params }: Pick<Diagnosis, "code" | "params">): boolean =>
      topic.test(code) && (name !== "fix_vnc_port" || /vnc/i.test(JSON.stringify(params)));
    // what the button named comes first; the rest of the topic may be the reason for it
    const named = (one: object): number => Number(!JSON.stringify(one).toLowerCase().includes(word));
    const sorted = <T extends object>(list: T[]): T[] => list.toSorted((a, b) => named(a) - named(b));
    return show(context, sorted(diagnoses.filter(fits)), sorted(findings.filter(fits)));
  };
}

/** `fix_compose::<stack>`: everything that is wrong with it. */
const fixStack: Action = async (context) => {
  const stack = context.args.join("::").slice(0, 200);
  const stacks = stack === "" ? [] : [stack];
  const [diagnoses, findings] = await Promise.all([
    readDiagnoses(context.services, stack === "" ? {} : { stack }),
    preflight(context, stacks),
  ]);
  return show(context, diagnoses, findings);
};

function show(context: ActionContext, diagnoses: readonly Diagnosis[], findings: readonly Finding[]): void {
  if (diagnoses.length + findings.length === 0) context.say(context.t("wizard.nothing_found"));
  end(context, [...sayDiagnoses(context, diagnoses), ...sayFindings(context, findings)]);
}

function end({ t, buttons }: ActionContext, items: readonly Button[]): void {
  buttons([
    ...items,
    { label: t("wizard.button.status"), value: "status" },
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
}

async function preflight(
  { services: { bus } }: ActionContext,
  stacks: readonly string[],
): Promise<Finding[]> {
  const { findings } = await bus.question(
    "monitor.preflight",
    { stacks: [...stacks] },
    { timeoutMs: preflightMs },
  );
  return findings;
}

async function serviceOf({ services, args }: ActionContext): Promise<{ stack: string; service: string }> {
  const name = args.join("::").slice(0, 200);
  const found = await findService(services.bus, name);
  if (found) return found;
  throw notFound("container_of_no_stack", `No stack has a container "${name}". See the status.`, {
    params: { name },
  });
}

function pick({ stack, service }: { readonly stack: string; readonly service: string }) {
  return { stack, service };
}

/** Why something does not run, and what can be done. */
export const causeActions: Readonly<Record<string, Action>> = {
  restart_container: restart,
  fix_container: fixContainer,
  suggest_commands: fixContainer,
  ai_analyze: analyse,
  diag_port: diagnosePort,
  fix_compose: fixStack,
  ...Object.fromEntries(Object.keys(topics).map((name) => [name, fixTopic(name)])),
};
