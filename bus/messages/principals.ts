import { z } from "zod";

/** The four AI roles; each a NATS account, a unix user, a container. */
export const roles = ["manager", "developer", "monitor", "autopilot"] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

/** Who can be handed a command: the roles, and the host part of the supervisor, which owns the user's checkout. */
export const workers = [...roles, "host"] as const;
export const Worker = z.enum(workers);
export type Worker = z.infer<typeof Worker>;

/** Everyone who may ask for something; the subject of a request proves which one it is. */
export const principals = [...workers, "operator", "gateway", "orchestrator"] as const;
export const Principal = z.enum(principals);
export type Principal = z.infer<typeof Principal>;

/** On whose behalf something is asked: a person, a role, a GitHub account, or the system itself. */
export const Actor = z.strictObject({
  kind: z.enum(["human", "role", "github", "system"]),
  /** Login, role name or numeric account id. */
  id: z.string().min(1).max(200),
  /** Whether this actor has write access to the project; false means approval before anything runs. */
  trusted: z.boolean(),
});
export type Actor = z.infer<typeof Actor>;
