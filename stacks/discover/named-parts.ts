import { z } from "zod";

/**
 * The parts of a Compose project by their users' names, as `services`. Unlike `z.record` it keeps one named `__proto__`,
 * which Compose starts like any other, and has none that nobody wrote, such as `constructor`.
 */
export function namedParts<T extends z.ZodType>(part: T) {
  return z.unknown().transform((parts, context): Record<string, z.output<T>> => {
    const read = Object.create(null) as Record<string, z.output<T>>;
    if (typeof parts !== "object" || parts === null || Array.isArray(parts)) {
      context.addIssue({ code: "custom", message: "no map of names" });
      return read;
    }
    for (const [name, value] of Object.entries(parts)) {
      const parsed = part.safeParse(value);
      if (parsed.success) read[name] = parsed.data;
      else
        for (const { message, path } of parsed.error.issues)
          context.addIssue({ code: "custom", message, path: [name, ...path] });
    }
    return read;
  });
}
