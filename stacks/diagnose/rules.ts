import type { Rule } from "./cause.ts";
import { buildContextMissing, buildFailed } from "./rules/build.ts";
import { envFileMissing, fileRefused, variableMissing } from "./rules/compose-file.ts";
import { passwordOfOldVolume } from "./rules/databases.ts";
import { connectionRefused, nameUnknown } from "./rules/dependencies.ts";
import { dependencyFailed, healthToolMissing, startTimeout, unhealthy } from "./rules/health.ts";
import { imageNotPulled } from "./rules/images.ts";
import { crashLoop, ended, noRestartPolicy, removed } from "./rules/lifecycle.ts";
import { diskFull, outOfMemory, outOfProcesses, tooManyFiles } from "./rules/limits.ts";
import { nameTaken, orphans } from "./rules/names.ts";
import { externalNetworkMissing, networkOverlap, networksExhausted } from "./rules/networks.ts";
import { acmeMode, bindDenied, socketDenied, userUnknown } from "./rules/permissions.ts";
import { portTaken, portToNowhere } from "./rules/ports.ts";
import { commandNotFound, execFormat, notExecutable } from "./rules/programs.ts";
import { readOnly } from "./rules/read-only.ts";
import { taskNotPlaced } from "./rules/swarm.ts";
import {
  bindSourceMissing,
  directoryForFile,
  externalVolumeMissing,
  volumeDriverMissing,
} from "./rules/volumes.ts";

/** Every rule; those that say why come before those that say what is seen. */
export const rules: readonly Rule[] = [
  variableMissing,
  envFileMissing,
  fileRefused,
  buildContextMissing,
  buildFailed,
  imageNotPulled,
  externalNetworkMissing,
  networkOverlap,
  networksExhausted,
  taskNotPlaced,
  externalVolumeMissing,
  volumeDriverMissing,
  bindSourceMissing,
  directoryForFile,
  nameTaken,
  portTaken,
  userUnknown,
  commandNotFound,
  notExecutable,
  execFormat,
  tooManyFiles,
  outOfProcesses,
  outOfMemory,
  diskFull,
  readOnly,
  socketDenied,
  acmeMode,
  bindDenied,
  passwordOfOldVolume,
  nameUnknown,
  connectionRefused,
  healthToolMissing,
  dependencyFailed,
  portToNowhere,
  startTimeout,
  unhealthy,
  crashLoop,
  ended,
  removed,
  orphans,
  noRestartPolicy,
];
