import { execa } from "execa";
import { agentUid } from "./role-containers.ts";

/** What the file tools answered in the developer's container, run as its agent runs them. */
export interface ToolProbe {
  /** Who owns the file that `write_file` made. */
  readonly owner: number;
  /** What reading over each link said. */
  readonly links: Readonly<Record<string, string>>;
  /** What listing each place said where the work tree itself was that place. */
  readonly places: Readonly<Record<string, string>>;
}

const script = `
import { chmod, mkdir, stat, symlink } from "node:fs/promises";
const load = (name) => import("/opt/dockfra/agents/" + name + ".ts");
const { createContainerSandbox } = await load("container/sandbox");
const { containerPlace } = await load("container/place");
const { createPlainGit } = await load("git/git");
const { runApart } = await load("tools/file-call");
const { fileTools } = await load("tools/file-tools");
const { openWorkTree } = await load("tools/work-tree");
process.umask(0o002);
const [agentPid] = process.argv.slice(2);
const sandbox = createContainerSandbox({ place: containerPlace, instance: "probe" });
await sandbox.prepare();
const dir = "/work/probe/repo";
await mkdir(dir);
await chmod(dir, 0o2775);
const call = async (name, input, at = dir) => {
  try {
    const tree = await openWorkTree(at);
    const tool = fileTools(tree, createPlainGit(at)).find((known) => known.name === name);
    const apart = runApart(tool, { dir: at, home: sandbox.home, run: sandbox.run });
    const { note, data } = await apart.run(tool.input.parse(input), new AbortController().signal);
    return "answered: " + (note ?? "") + (data?.text ?? "");
  } catch (error) {
    return "refused: " + error.message;
  }
};
await call("write_file", { path: "made.txt", content: "1" });
const secrets = ["/run/dockfra/role/creds/developer.nk", "/proc/" + agentPid + "/environ", "/run/dockfra/agent"];
const links = {};
for (const [index, secret] of secrets.entries()) {
  await symlink(secret, dir + "/link" + index);
  links[secret] = await call("read_file", { path: "link" + index });
}
const places = {};
for (const place of ["/run/dockfra/role/creds", "/proc/" + agentPid, "/run/dockfra/agent"])
  places[place] = await call("read_file", { path: place.endsWith("creds") ? "developer.nk" : "environ" }, place);
console.log(JSON.stringify({ owner: (await stat(dir + "/made.txt")).uid, links, places }));
await sandbox.empty(dir);
`;

/** Calls the file tools in a developer's container as its agent does, with links and places that are the agent's. */
export async function probeFileTools(container: string, agentPid: number): Promise<ToolProbe> {
  const uid = agentUid("developer");
  const three = "-all,+setuid,+setgid,+kill";
  const { stdout } = await execa(
    "docker",
    [
      ...["exec", "--interactive", container, "setpriv", `--reuid=${uid}`, `--regid=${uid}`],
      ...["--groups=10001,10002", `--inh-caps=${three}`, `--ambient-caps=${three}`, "--"],
      ...["node", "--disable-warning=ExperimentalWarning", "--input-type=module", "-", String(agentPid)],
    ],
    { input: script },
  );
  return JSON.parse(stdout) as ToolProbe;
}
