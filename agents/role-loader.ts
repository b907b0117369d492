import type { Role } from "../bus/messages/principals.ts";
import type { RoleParts, RolePartsOptions } from "./role-parts.ts";

/** Loads one role's code and none of the others', which is half of what an agent's start takes. */
export async function loadRole(role: Role): Promise<(options: RolePartsOptions) => RoleParts> {
  switch (role) {
    case "manager":
      return (await import("./manager/parts.ts")).managerParts;
    case "developer":
      return (await import("./developer/parts.ts")).developerParts;
    case "monitor":
      return (await import("./monitor/parts.ts")).monitorParts;
    case "autopilot":
      return (await import("./autopilot/parts.ts")).autopilotParts;
  }
}
