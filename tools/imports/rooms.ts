/** What a room may import: paths of ours, by prefix; its own files are always allowed. */
export interface RoomRule {
  readonly room: string;
  readonly mayImport: readonly string[];
  /** Prefixes of what it may import for types alone. */
  readonly mayImportTypesOf?: readonly string[];
  /** The only packages it may import; without it, those whose home it is. */
  readonly onlyPackages?: readonly string[];
}

/** The table of rooms of docs/architecture.md; the first rule whose room is a prefix of the file's path counts. */
export const roomRules: readonly RoomRule[] = [
  { room: "bus/", mayImport: [] },
  { room: "locales/", mayImport: [] },
  { room: "terminal/", mayImport: [] },
  {
    room: "workflows/",
    mayImport: ["bus/messages/", "bus/kernel/errors.ts", "bus/kernel/ids.ts"],
    onlyPackages: ["xstate"],
  },
  { room: "orchestrator/", mayImport: ["bus/", "workflows/"] },
  { room: "stacks/", mayImport: ["bus/"] },
  { room: "agents/", mayImport: ["bus/", "stacks/", "locales/", "terminal/"] },
  { room: "gateway/ui/", mayImport: ["locales/"], mayImportTypesOf: ["bus/messages/", "gateway/socket/"] },
  { room: "gateway/", mayImport: ["bus/", "locales/"] },
  {
    room: "cli/",
    mayImport: [
      "bus/",
      "locales/",
      "terminal/",
      "workflows/",
      "orchestrator/",
      "stacks/",
      "agents/",
      "gateway/",
    ],
  },
];

/** Where each third-party package may be imported, by prefix; tests and tools may import any. */
export const packageHomes: Readonly<Record<string, readonly string[]>> = {
  "@fastify/*": ["gateway/"],
  "@mantine/*": ["gateway/ui/"],
  "@nats-io/*": ["bus/"],
  "@vitejs/*": ["gateway/ui/"],
  commander: ["cli/"],
  execa: ["bus/server/", "stacks/", "agents/", "cli/"],
  fastify: ["gateway/"],
  i18next: ["gateway/ui/"],
  openai: ["agents/"],
  pino: ["bus/kernel/"],
  react: ["gateway/ui/"],
  "react-dom": ["gateway/ui/"],
  "react-i18next": ["gateway/ui/"],
  "socket.io": ["gateway/"],
  "socket.io-client": ["gateway/ui/"],
  ssh2: ["stacks/", "cli/ssh/key-pair.ts"],
  vite: ["gateway/ui/"],
  xstate: ["workflows/"],
  yaml: ["stacks/"],
  zod: ["bus/", "stacks/", "agents/", "gateway/", "cli/"],
};

/** Parts of Node that one room alone may use. */
export const nodeHomes: Readonly<Record<string, readonly string[]>> = {
  "node:sqlite": ["orchestrator/"],
};

/** File names that say nothing about what they hold. */
export const vagueNames: readonly string[] = [
  "index",
  "utils",
  "util",
  "helpers",
  "helper",
  "common",
  "misc",
  "base",
];
