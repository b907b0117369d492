/** Setting that names the engine which is asked first whether it can do a ticket; empty for the order of the engines. */
export const preferredEngineKey = "engine.preferred";
