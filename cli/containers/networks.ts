import { z } from "zod";
import { runDocker } from "../../stacks/targets/compose/docker-cli.ts";
import { DockfraError } from "../../bus/kernel/errors.ts";
import { createEngineHttp, type EngineHttp } from "../../stacks/watch/engine-http.ts";
import { toLink } from "../../stacks/watch/engine-link.ts";
import type { Bridge } from "./bus-door.ts";
import type { Engine } from "./engine.ts";
import { chooseBlocks, formatAddress, formatBlock, parseBlock, readRoutes, type Block } from "./subnets.ts";
import { ownLabels, requireDocker, type Owner } from "./own-objects.ts";

/** The networks of an installation, by the word after its prefix; `shared` is the one that all roles are on. */
export const networkNames = ["shared", "mgmt", "dev", "proxy", "backend", "frontend"] as const;

/** Stacks of the user's may join the shared network; on the others there are roles only. */
const bitsOf = (name: string): number => (name.endsWith("-shared") ? 24 : 27);

const Networks = z.array(
  z.object({
    Name: z.string(),
    IPAM: z.object({
      Config: z
        .array(z.object({ Subnet: z.string().default(""), Gateway: z.string().default("") }))
        .nullish(),
    }),
  }),
);

/** Makes the networks that are missing, and gives the bridge of the shared one. @throws `engine_unreachable`, `engine_refused` */
export async function ensureNetworks(owner: Owner, { address }: Pick<Engine, "address">): Promise<Bridge> {
  const names = networkNames.map((name) => `${owner.prefix}-${name}`);
  const [shared = ""] = names;
  // the start of a role waits for this, and each docker command would take a tenth of a second
  const http = createEngineHttp(toLink(address));
  try {
    const before = await list(http);
    const missing = names.filter((name) => !before.some((network) => network.Name === name));
    if (missing.length > 0) {
      const blocks = chooseBlocks(owner.prefix, missing.map(bitsOf), [
        ...blocksOf(before),
        ...(await readRoutes()),
      ]);
      await Promise.all(missing.map((name, index) => create(http, name, blocks[index], owner)));
    }
    const config = (missing.includes(shared) ? await list(http) : before)
      .find(({ Name }) => Name === shared)
      ?.IPAM.Config?.find(({ Subnet }) => !Subnet.includes(":"));
    return { gateway: config?.Gateway ?? "", subnet: config?.Subnet ?? "" };
  } finally {
    http.close();
  }
}

async function list(http: EngineHttp): Promise<z.infer<typeof Networks>> {
  return Networks.parse(await http.json("/networks"));
}

function blocksOf(networks: z.infer<typeof Networks>): Block[] {
  return networks.flatMap(({ IPAM }) => IPAM.Config ?? []).flatMap(({ Subnet }) => parseBlock(Subnet) ?? []);
}

/** Where no block is left, or another program was first, the engine chooses itself. */
async function create(http: EngineHttp, name: string, block: Block | undefined, owner: Owner): Promise<void> {
  if (block === undefined) return createIn(http, name, [], owner);
  // an engine that chooses the gateway itself does not tell it before something is on the network
  const config = { Subnet: formatBlock(block), Gateway: formatAddress(block.start + 1) };
  await createIn(http, name, [config], owner).catch(async (error: unknown) => {
    if (!(error instanceof Error && /overlaps/i.test(error.message))) throw error;
    await createIn(http, name, [], owner);
  });
}

async function createIn(
  http: EngineHttp,
  name: string,
  config: readonly object[],
  { prefix, root }: Owner,
): Promise<void> {
  const network = {
    Name: name,
    Driver: "bridge",
    Labels: { [ownLabels.prefix]: prefix, [ownLabels.root]: root },
    ...(config.length === 0 ? {} : { IPAM: { Config: config } }),
  };
  await http.post("/networks/create", network, { timeoutMs: 30_000 }).catch((error: unknown) => {
    // another start was first
    if (!(error instanceof DockfraError && error.params["status"] === 409)) throw error;
  });
}

/** Removes the networks of a prefix that nothing is on any more; gives the names of those that stay. */
export async function removeNetworks(prefix: string): Promise<string[]> {
  const { stdout } = await requireDocker([
    ...["network", "ls", "--filter", `label=${ownLabels.prefix}=${prefix}`],
    ...["--format", "{{.Name}}"],
  ]);
  const names = stdout.split("\n").filter((name) => name !== "");
  const runs = await Promise.all(
    names.map(async (name) => ({
      name,
      run: await runDocker(["network", "rm", name], { timeoutMs: 30_000 }),
    })),
  );
  return runs
    .filter(({ run }) => run.exitCode !== 0 && !/not found|No such network/.test(run.stderr))
    .map(({ name }) => name);
}
