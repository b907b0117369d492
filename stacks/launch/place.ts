import { existsSync } from "node:fs";

/** A Compose project where it stands, as `docker compose` is told. */
export interface LaunchPlace {
  /** As people call it. */
  readonly stack: string;
  /** As Compose calls it. */
  readonly project: string;
  /** Absolute: where relative paths of the files start. */
  readonly dir: string;
  /** Absolute, in the order in which they are laid over each other. */
  readonly files: readonly string[];
  /** Absolute, weakest first; those that are missing are left out. */
  readonly envFiles: readonly string[];
  readonly profiles: readonly string[];
  /** Values that are stronger than those of the env files. */
  readonly values: Readonly<Record<string, string>>;
}

/** The words of `docker` up to the subcommand of `compose`. */
export function composeWords(
  { project, dir, files, envFiles, profiles }: Omit<LaunchPlace, "stack" | "values">,
  progress: "json" | "plain" = "json",
): string[] {
  const there = envFiles.filter((file) => existsSync(file));
  return [
    ...[
      "compose",
      "--ansi=never",
      `--progress=${progress}`,
      "--project-name",
      project,
      "--project-directory",
      dir,
    ],
    ...files.flatMap((file) => ["--file", file]),
    // without one Compose would take whatever .env stands in the directory
    ...(there.length > 0 ? there.flatMap((file) => ["--env-file", file]) : ["--env-file", "/dev/null"]),
    ...profiles.flatMap((profile) => ["--profile", profile]),
  ];
}
