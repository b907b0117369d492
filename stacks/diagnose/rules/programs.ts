import {
  about,
  fromInspect,
  fromLog,
  linesLike,
  onFailing,
  overrideFix,
  type Cause,
  type Rule,
  type Offer,
} from "../cause.ts";
import type { ContainerFacts, Facts } from "../facts.ts";
import { onHost } from "./permissions.ts";

/** What the engine, the kernel or the init in the container said of a start. */
function saidOfStart(container: ContainerFacts): string {
  const { error, exitCode } = container;
  if (error !== "") return error;
  const isStart = exitCode === 126 || exitCode === 127 || exitCode === 255 || exitCode === 1;
  return isStart ? linesLike(container, /^(?:\[FATAL tini \(\d+\)\] )?exec \S+/, 1).join("\n") : "";
}

/** The program to start is not in the image. */
export const commandNotFound: Rule = onFailing((container, { model }) => {
  const told = saidOfStart(container);
  const program = [
    /exec: "([^"]*)": (?:executable file not found|stat .*no such file)/,
    /exec (\S+): no such file or directory/i,
    /exec (\S+) failed: No such file or directory/,
  ].flatMap((pattern) => pattern.exec(told)?.[1] ?? [])[0];
  if (program === undefined) return [];
  const { service } = container;
  const written = model?.services[service];
  const own = [...(written?.entrypoint ? ["entrypoint"] : []), ...(written?.command ? ["command"] : [])];
  return [
    {
      ...{
        code: "cause_command_not_found",
        params: { service, program },
        severity: "error",
        ...about(container),
      },
      evidence: [fromInspect(container, told)],
      fixes:
        own.length === 0
          ? []
          : [
              overrideFix(service, Object.fromEntries(own.map((name) => [name, null])), {
                ...{ code: "fix_command_of_image", params: { what: own.join(", ") }, safe: false },
              }),
            ],
    },
  ];
});

/** The program to start may not be run. */
export const notExecutable: Rule = onFailing((container, facts) => {
  const told = saidOfStart(container);
  const program = [
    /exec: "([^"]+)": permission denied/,
    /exec (\S+)(?::| failed:) permission denied/i,
  ].flatMap((pattern) => pattern.exec(told)?.[1] ?? [])[0];
  if (program === undefined) return [];
  const { service } = container;
  return [
    {
      ...{
        code: "cause_not_executable",
        params: { service, program },
        severity: "error",
        ...about(container),
      },
      evidence: [fromInspect(container, told)],
      fixes: makeExecutable(container, program, facts),
    },
  ];
});

function makeExecutable(container: ContainerFacts, program: string, { paths, model }: Facts): Offer[] {
  const { service } = container;
  const file = onHost(container, program);
  const mode = file === undefined ? undefined : paths.get(file.path)?.mode;
  if (file !== undefined && mode !== undefined) {
    const wanted = mode | 0o111;
    return [
      {
        ...{
          code: "fix_mode",
          params: { path: file.path, mode: wanted.toString(8) },
          safe: true,
          services: [service],
        },
        steps: [{ do: "mode", ...file, mode: wanted }],
      },
    ];
  }
  return /\.(?:sh|bash)$/.test(program)
    ? runByShell(container, program, model?.services[service]?.entrypoint)
    : [];
}

/** The image is of another processor, or a script does not say what runs it. */
export const execFormat: Rule = onFailing((container, facts) => {
  const lines = linesLike(container, /exec format error/i, 2);
  if (lines.length === 0 && !/exec format error/i.test(container.error)) return [];
  const program = /exec (\/?\S+): exec format error/i
    .exec(lines[0] ?? container.error)?.[1]
    ?.replaceAll('"', "");
  const { service } = container;
  const evidence = lines.length > 0 ? fromLog(container, lines) : [fromInspect(container, container.error)];
  const cause = { severity: "error" as const, ...about(container), evidence };
  const platform = facts.images.get(container.image)?.platform;
  if (platform !== undefined && platform !== facts.enginePlatform)
    return [foreignImage(cause, { service, image: container.image, platform }, facts)];
  const script = program ?? container.command[0] ?? "";
  return [
    {
      ...{ ...cause, code: "cause_script_without_interpreter", params: { service, program: script } },
      fixes: runByShell(container, script, facts.model?.services[service]?.entrypoint),
    },
  ];
});

/** An image of another processor. */
export function foreignImage(
  cause: Pick<Cause, "severity" | "service" | "container" | "evidence">,
  {
    service,
    image,
    platform,
  }: { readonly service: string; readonly image: string; readonly platform: string },
  { enginePlatform }: Pick<Facts, "enginePlatform">,
): Cause {
  const wanted = enginePlatform;
  const fix = overrideFix(
    service,
    { platform: wanted },
    { code: "fix_platform", params: { platform: wanted, image } },
  );
  return {
    ...cause,
    code: "cause_platform_mismatch",
    params: { service, image, platform, wanted },
    fixes: [{ ...fix, steps: [...fix.steps, { do: "pull", image, platform: wanted }] }],
  };
}

function runByShell(
  { service }: ContainerFacts,
  script: string,
  entrypoint: readonly string[] | null | undefined,
): Offer[] {
  if (!script.startsWith("/")) return [];
  const words = entrypoint?.[0] === script ? entrypoint : [script];
  return [
    overrideFix(
      service,
      { entrypoint: ["/bin/sh", ...words] },
      {
        ...{ code: "fix_run_by_shell", params: { program: script }, replace: true },
      },
    ),
  ];
}
