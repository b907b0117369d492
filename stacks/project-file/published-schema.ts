import { z } from "zod";
import { ProjectFile } from "./project-schema.ts";

/** What editors show beside a key; by its path in the file, `*` for any name. */
const words: Readonly<Record<string, string>> = {
  lang: "Language of the page, as en or pl.",
  autonomy: "How much the crew does without asking: manual, assisted (merge and deploy ask) or autonomous.",
  test: "The project's own test command, as a list of program and arguments.",
  checks:
    'What must hold on the running app after each deploy: GET /health -> 200 contains "ok", or log lacks "panic".',
  engines: "Programs that write code.",
  forbidden_paths: "Paths that no ticket may change.",
  max_diff_lines: "Changes with more lines than this are refused.",
  stacks:
    "Which files and profiles make a stack, where that is not as Compose would take them. By the stack's name.",
  deploy: "How a stack is deployed, by its name.",
  "deploy.*.target": "Where it runs: auto takes Compose where an engine answers, otherwise a process.",
  "deploy.*.files": "Compose files as with -f, relative to dir.",
  "deploy.*.url": "Where the running app is reached and checked.",
  "deploy.*.health": "Path that answers 200 once the app is up.",
  env: "What is asked of people: the project's variables, by name.",
  "env.*.label": "What the field is called.",
  "env.*.group": "Under which heading it stands.",
  "env.*.type": "How it is asked for.",
  "env.*.desc": "What it is for.",
  "env.*.placeholder": "An example, shown while the field is empty.",
  "env.*.default": "Taken where nobody gives a value.",
  "env.*.required_for": "Names of stacks that cannot start without it.",
  "env.*.autodetect": "Whether the machine is asked for a value, or under which name.",
  "env.*.options": "The values to choose from.",
  post_launch: "Buttons that are offered once stacks run.",
  "post_launch.*.condition":
    "When the button is shown: stack_exists:NAME, stack_running:NAME, container_running:NAME, ssh_roles_exist; with not, and, or.",
  previews: "How many previews of tickets there may be, how large and how old.",
  incidents: "When something that went wrong counts as over, and how often the checks are asked.",
  budgets: "What may be spent, as ticket_usd.",
};

/** The JSON Schema of `dockfra.yaml`, for editors; what a check's sentence or a URL must be is told by Dockfra itself. */
export function projectFileSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(ProjectFile, { io: "input", unrepresentable: "any", target: "draft-7" });
  for (const [path, text] of Object.entries(words)) describe(schema, path.split("."), text);
  return { ...schema, title: "dockfra.yaml" };
}

/** The schema as it is published. */
export function publishedSchema(): string {
  return `${JSON.stringify(projectFileSchema(), undefined, 2)}\n`;
}

type Schema = z.core.JSONSchema.BaseSchema;

function describe(schema: Schema, path: readonly string[], text: string): void {
  const [step, ...rest] = path;
  if (step === undefined) {
    schema.description = text;
    return;
  }
  const child = step === "*" ? (schema.items ?? schema.additionalProperties) : schema.properties?.[step];
  if (typeof child === "object" && !Array.isArray(child)) describe(child, rest, text);
}
