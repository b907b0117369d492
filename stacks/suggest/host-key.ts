import type { SuggestionCode } from "./codes.ts";
import { llmKeyFiles } from "./host-finders.ts";

/** What the host is asked about a variable, and the code of where an answer comes from. */
export interface HostKey {
  /** Key of `host.detect`. */
  readonly key: string;
  readonly code: SuggestionCode;
}

const byName: readonly (readonly [RegExp, string, SuggestionCode])[] = [
  [/^(?:GIT_)?(?:REPO|REPOSITORY|REMOTE)(?:_URL)?$/, "GIT_REPO_URL", "from_git_remote"],
  [/(?:^|_)BRANCH$/, "GIT_BRANCH", "from_git_branch"],
  [/^GIT_(?:USER_|AUTHOR_|COMMITTER_)?NAME$|^GIT_USER$/, "GIT_NAME", "from_git_config"],
  [/(?:^|_)EMAIL$/, "GIT_EMAIL", "from_git_config"],
  [/^(?:APP_)?VERSION$/, "APP_VERSION", "from_project_version"],
  [/^(?:(?:IMAGE|DOCKER|GIT|RELEASE)_)?TAG$|^RELEASE$/, "git_tag", "from_git_tag"],
  [/^(?:GIT_)?(?:COMMIT|SHA|REVISION)(?:_SHA|_HASH)?$/, "git_commit", "from_git_commit"],
  [/SSH_(?:PRIVATE_)?KEY(?:_PATH|_FILE)?$|^SSH_IDENTITY/, "GITHUB_SSH_KEY", "from_ssh_keys"],
  [/^(?:APP|PROJECT|COMPOSE_PROJECT|STACK)_NAME$/, "APP_NAME", "from_directory"],
  [/^(?:TZ|TIMEZONE|TIME_ZONE)$|_TIMEZONE$/, "timezone", "from_host_timezone"],
  [/^(?:PUID|UID|USER_ID|USERID|HOST_UID)$/, "uid", "from_host_user"],
  [/^(?:PGID|GID|GROUP_ID|GROUPID|HOST_GID)$/, "gid", "from_host_user"],
  [/^(?:HOSTNAME|HOST_NAME|SERVER_NAME|SERVER_HOSTNAME|NODE_NAME)$/, "host_name", "from_host_name"],
  [/^(?:(?:BASE|ROOT|MY|APP|PUBLIC)_)?DOMAIN(?:_NAME|NAME)?$/, "domain", "from_host_name"],
  [
    /(?:^|_)(?:DEVICE|RPI\d*|RASPBERRY|PI\d*|PRINTER|CAMERA|NAS|ROUTER|SENSOR|BOARD)_(?:IP|HOST|ADDRESS|ADDR)$|^device_ip$/i,
    "device_ip",
    "from_arp_table",
  ],
  [/(?:^|_)(?:DEVICE|RPI\d*|PI\d*)_USER$/i, "device_user", "from_host_user"],
];

/** Says what the host can be asked about a variable of this name; undefined where it knows nothing of it. */
export function hostKeyOf(name: string): HostKey | undefined {
  if (Object.hasOwn(llmKeyFiles, name)) return { key: `llm_key:${name}`, code: "from_environment" };
  const found = byName.find(([pattern]) => pattern.test(name));
  return found === undefined ? undefined : { key: found[1], code: found[2] };
}
