import { createContext, useContext } from "react";
import type { Live } from "./live.ts";

export const LiveContext = createContext<Live | undefined>(undefined);

/** The live connection; only inside the frame that is shown to somebody signed in. */
export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === undefined) throw new Error("There is no live connection here.");
  return live;
}
