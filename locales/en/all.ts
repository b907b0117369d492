import { agents } from "./agents.ts";
import { bus } from "./bus.ts";
import { commandLine } from "./command-line.ts";
import { diagnosis } from "./diagnosis.ts";
import { events } from "./events.ts";
import { feed } from "./feed.ts";
import { flows } from "./flows.ts";
import { happenings } from "./happenings.ts";
import { jobs } from "./jobs.ts";
import { llm } from "./llm.ts";
import { gateway } from "./gateway.ts";
import { preflight } from "./preflight.ts";
import { previews } from "./previews.ts";
import { releases } from "./releases.ts";
import { roleTexts } from "./roles.ts";
import { shell } from "./shell.ts";
import { stacks } from "./stacks.ts";
import { variables } from "./variables.ts";
import { watch } from "./watch.ts";
import { wizard } from "./wizard.ts";

/** Every sentence in English, by code. */
export const en = {
  ...agents,
  ...bus,
  ...commandLine,
  ...diagnosis,
  ...events,
  ...feed,
  ...flows,
  ...gateway,
  ...happenings,
  ...jobs,
  ...llm,
  ...preflight,
  ...previews,
  ...releases,
  ...roleTexts,
  ...shell,
  ...stacks,
  ...variables,
  ...watch,
  ...wizard,
} as const;
