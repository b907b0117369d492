import type { ComposeEnvironment } from "../../bus/messages/stack-jobs.ts";
import type { Finding } from "../../bus/messages/stack-service.ts";
import { render } from "../../locales/render.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { printableLine } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/screen.ts";

export interface PreflightOptions {
  readonly environment?: ComposeEnvironment;
}

/** Registries far away take their time. */
const timeoutMs = 60_000;
const marks = { error: ["red", "✗"], warning: ["yellow", "!"], info: ["dim", "·"] } as const;

/** `preflight [STACK…]`: exit code 2 where something keeps a stack from starting. */
export async function preflight(
  invocation: Invocation<PreflightOptions>,
  stacks: readonly string[],
): Promise<number> {
  const { screen, options } = invocation;
  const { environment } = options;
  const { findings } = await withOperator(invocation, (bus) =>
    bus.question(
      "monitor.preflight",
      { stacks: [...stacks], ...(environment === undefined ? {} : { environment }) },
      { timeoutMs },
    ),
  );
  const isBad = findings.some(({ severity }) => severity === "error");
  if (screen.json) screen.data({ ok: !isBad, findings });
  else for (const line of renderFindings(screen, findings)) screen.line(line);
  return isBad ? 2 : 0;
}

/** Findings as lines, each with what can be done about it. */
export function renderFindings(screen: Screen, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return ["Nothing stands in the way of a launch."];
  const hashes = findings.flatMap(({ code, hash, severity }) =>
    hash !== undefined && severity !== "info" && code !== "release_replaced" ? [hash] : [],
  );
  return [
    ...findings.flatMap((finding) => toLines(screen, finding)),
    ...(hashes.length === 0
      ? []
      : [
          screen.paint(
            "dim",
            `Your own settings are started as they are. Accept them in changes of the crew too: dockfra approve ${hashes.join(" ")}`,
          ),
        ]),
  ];
}

function toLines(
  screen: Screen,
  { code, params, message, severity, stack, hash, fixes = [] }: Finding,
): string[] {
  const [colour, mark] = marks[severity];
  const text = printableLine(render("en", code, params) ?? message, 1_000);
  const about = stack === undefined ? "" : `${screen.paint("bold", printableLine(stack, 100))}  `;
  return [
    `${screen.paint(colour, mark)} ${about}${text}${hash === undefined ? "" : screen.paint("dim", ` [${hash}]`)}`,
    ...fixes.map((fix) => {
      const ask = fix.safe ? "" : screen.paint("yellow", " (asks first)");
      const what = printableLine(render("en", fix.code, fix.params) ?? fix.code, 300);
      return `    dockfra fix ${fix.id}  ${what}${ask}`;
    }),
  ];
}
