import { z } from "zod";
import type { ContainerView } from "../../../bus/messages/stack-service.ts";
import { runDocker } from "../../../stacks/targets/compose/docker-cli.ts";

const Row = z.looseObject({
  Names: z.string(),
  Status: z.string(),
  Ports: z.string().default(""),
  Image: z.string().default(""),
  Labels: z.string().default(""),
});

/** Lists the containers of the local engine; `engine: false` where none answers. */
export async function listContainers(): Promise<{ engine: boolean; containers: ContainerView[] }> {
  try {
    const { exitCode, stdout } = await runDocker(["ps", "--all", "--no-trunc", "--format", "{{json .}}"], {
      timeoutMs: 10_000,
    });
    return exitCode === 0
      ? { engine: true, containers: parseRows(stdout) }
      : { engine: false, containers: [] };
  } catch {
    // no docker command, or nobody behind it: both are an answer
    return { engine: false, containers: [] };
  }
}

/** Reads the output of `docker ps --format '{{json .}}'`, one object a line. */
export function parseRows(output: string): ContainerView[] {
  return output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => Row.parse(JSON.parse(line)))
    .map(({ Names, Status, Ports, Image, Labels }) => {
      const health = /\((healthy|unhealthy|health: starting)\)/.exec(Status)?.[1]?.replace("health: ", "");
      const project = /(?:^|,)com\.docker\.(?:compose\.project|stack\.namespace)=([^,]+)/.exec(Labels)?.[1];
      const owner = /(?:^|,)dockfra\.root=([^,]*)/.exec(Labels)?.[1];
      return {
        name: Names.split(",")[0] ?? Names,
        status: Status,
        ports: Ports,
        image: Image,
        ...(health === undefined ? {} : { health }),
        ...(project === undefined ? {} : { project }),
        ...(owner === undefined ? {} : { owner }),
      };
    });
}
