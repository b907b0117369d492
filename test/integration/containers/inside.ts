import { execa } from "execa";

/** What a program inside a container said. */
export interface Said {
  readonly exitCode: number;
  readonly text: string;
}

/** Runs a program in a container as one of its users, with something to read. */
export async function inside(
  container: string,
  uid: string,
  argv: readonly string[],
  input = "",
): Promise<Said> {
  const { exitCode, all } = await execa(
    "docker",
    ["exec", "--interactive", "--user", uid, container, ...argv],
    {
      input,
      all: true,
      reject: false,
      timeout: 120_000,
    },
  );
  return { exitCode: exitCode ?? -1, text: all ?? "" };
}

/** Runs a Node program there and reads the JSON that it writes. */
export async function nodeInside<T>(container: string, uid: string, program: string): Promise<T> {
  const { exitCode, text } = await inside(
    container,
    uid,
    ["node", "--no-warnings", "--input-type=module", "-"],
    program,
  );
  if (exitCode !== 0) throw new Error(`${container} as ${uid}: ${text.slice(-2_000)}`);
  return JSON.parse(text.trim().split("\n").at(-1) ?? "null") as T;
}

/** Asks the agent through its door, past every command of the shell: what comes back is its answer, or why there is none. */
export async function askDoor(container: string, uid: string, request: object): Promise<string> {
  const program = `import { connect } from "node:net";
const socket = connect("/run/dockfra/door/door.sock");
let text = "";
const end = (said) => { console.log(JSON.stringify(said)); process.exit(0); };
setTimeout(() => end("silence"), 20_000);
socket.on("error", (error) => end(error.code));
socket.on("connect", () => socket.write(${JSON.stringify(`${JSON.stringify({ id: 1, ...request })}\n`)}));
socket.on("data", (chunk) => {
  text += chunk;
  for (const line of text.split("\\n").slice(0, -1)) {
    const reply = JSON.parse(line);
    if ("ok" in reply) end(reply.ok ? "done" : reply.error.code);
  }
});`;
  return nodeInside<string>(container, uid, program);
}

/**
 * Names, of some secrets, those that one user finds in any file of a container, or in what the kernel tells of processes.
 * What the image has from Debian (`/usr` but for `/usr/local`) is left out.
 */
export async function findSecrets(
  container: string,
  uid: string,
  secrets: Readonly<Record<string, string>>,
): Promise<string[]> {
  // by standard input, so that the search does not find itself
  const program = `import { opendirSync, readFileSync, lstatSync } from "node:fs";
const secrets = Object.entries(${JSON.stringify(secrets)}).map(([name, text]) => [name, Buffer.from(text)]);
const found = new Set();
const skip = new Set(["/sys", "/proc", "/dev", "/usr", "/lib"]);
const look = (path) => {
  try {
    if (!path.startsWith("/proc/") && lstatSync(path).size >= 64e6) return;
    const bytes = readFileSync(path);
    for (const [name, text] of secrets) if (bytes.includes(text)) found.add(name + " in " + path);
  } catch (error) { if (!error.code) throw error; }
};
const walk = (dir) => {
  let list;
  try { list = opendirSync(dir); } catch (error) { return; }
  for (let entry; (entry = list.readSync()); ) {
    const path = dir === "/" ? "/" + entry.name : dir + "/" + entry.name;
    if (skip.has(path)) continue;
    if (entry.isDirectory()) walk(path);
    else if (entry.isFile()) look(path);
  }
  list.closeSync();
};
walk("/");
walk("/usr/local");
const list = opendirSync("/proc");
for (let entry; (entry = list.readSync()); ) {
  if (!/^\\d+$/.test(entry.name) || Number(entry.name) === process.pid) continue;
  for (const file of ["environ", "cmdline"]) look("/proc/" + entry.name + "/" + file);
  try {
    const open = opendirSync("/proc/" + entry.name + "/fd");
    open.closeSync();
    if (process.getuid() !== 0 && !readFileSync("/proc/" + entry.name + "/status", "utf8").includes("Uid:\\t" + process.getuid() + "\\t"))
      found.add("files of another user's process " + entry.name);
  } catch (error) { if (!error.code) throw error; }
}
console.log(JSON.stringify([...found]));`;
  return nodeInside<string[]>(container, uid, program);
}

/** Which of some addresses answer to one user of a container. */
export async function reachable(
  container: string,
  uid: string,
  addresses: Readonly<Record<string, { readonly host: string; readonly port: number }>>,
): Promise<string[]> {
  const program = `import { connect } from "node:net";
const tries = Object.entries(${JSON.stringify(addresses)}).map(([name, { host, port }]) => new Promise((resolve) => {
  const socket = connect({ host, port });
  const end = (up) => { socket.destroy(); resolve(up ? name : undefined); };
  socket.setTimeout(3000, () => end(false));
  socket.on("connect", () => end(true));
  socket.on("error", () => end(false));
}));
console.log(JSON.stringify((await Promise.all(tries)).filter(Boolean)));
process.exit(0);`;
  return nodeInside<string[]>(container, uid, program);
}
