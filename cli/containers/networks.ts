import { z } from "zod";
import { runDocker } from "../../stacks/targets/compose/docker-cli.ts";
import type { Bridge } from "./bus-door.ts";
import { chooseBlocks, formatAddress, formatBlock, parseBlock, readRoutes, type Block } from "./subnets.ts";
import { dockerFailed, ownLabels, requireDocker, type Owner } from "./own-objects.ts";

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
        .nullable(),
    }),
  }),
);

/** Makes the networks that are missing, and gives the bridge of the shared one. @throws `docker_failed` */
export async function ensureNetworks(owner: Owner): Promise<Bridge> {
  const names = networkNames.map((name) => `${owner.prefix}-${name}`);
  const [shared = ""] = names;
  const before = await inspect(names);
  const missing = names.filter((name) => !before.some((network) => network.Name === name));
  if (missing.length > 0) {
    const blocks = chooseBlocks(owner.prefix, missing.map(bitsOf), await takenBlocks());
    await Promise.all(missing.map((name, index) => create(name, blocks[index], owner)));
  }
  const found = missing.includes(shared) ? await inspect([shared]) : before;
  const config = found
    .find(({ Name }) => Name === shared)
    ?.IPAM.Config?.find(({ Subnet }) => !Subnet.includes(":"));
  return { gateway: config?.Gateway ?? "", subnet: config?.Subnet ?? "" };
}

async function inspect(names: readonly string[]): Promise<z.infer<typeof Networks>> {
  // fails where one is missing, and prints the others all the same
  const { stdout } = await runDocker(["network", "inspect", ...names], { timeoutMs: 30_000 });
  return stdout.trim() === "" ? [] : Networks.parse(JSON.parse(stdout));
}

/** What networks of the engine and routes of this machine have already. */
async function takenBlocks(): Promise<Block[]> {
  const { stdout } = await requireDocker(["network", "ls", "--quiet"]);
  const ids = stdout.split("\n").filter((id) => id !== "");
  const [networks, routes] = await Promise.all([inspect(ids), readRoutes()]);
  const subnets = networks
    .flatMap(({ IPAM }) => IPAM.Config ?? [])
    .flatMap(({ Subnet }) => parseBlock(Subnet) ?? []);
  return [...subnets, ...routes];
}

/** Where no block is left, or another program was first, the engine chooses itself. */
async function create(name: string, block: Block | undefined, owner: Owner): Promise<void> {
  if (block === undefined) return createIn(name, [], owner);
  // an engine that chooses the gateway itself does not tell it before something is on the network
  const gateway = formatAddress(block.start + 1);
  await createIn(name, ["--subnet", formatBlock(block), "--gateway", gateway], owner).catch(
    async (error: unknown) => {
      if (!(error instanceof Error && /overlaps/i.test(error.message))) throw error;
      await createIn(name, [], owner);
    },
  );
}

async function createIn(name: string, subnet: readonly string[], { prefix, root }: Owner): Promise<void> {
  const args = [
    ...["network", "create", "--driver", "bridge"],
    ...["--label", `${ownLabels.prefix}=${prefix}`, "--label", `${ownLabels.root}=${root}`],
    ...subnet,
    name,
  ];
  const run = await runDocker(args, { timeoutMs: 30_000 });
  if (run.exitCode !== 0 && !/already exists/.test(run.stderr)) throw dockerFailed(args, run);
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
