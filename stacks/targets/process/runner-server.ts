import { createServer, type Server, type Socket } from "node:net";
import { toErrorInfo, unavailable } from "../../../bus/kernel/errors.ts";
import type { DeployOutcome, TargetStatus } from "../target.ts";
import { onJsonLine, sendJsonLine } from "./line-socket.ts";
import { RunnerRequest, type RunCommand, type RunnerReply } from "./runner-protocol.ts";
import type { Supervisor } from "./supervisor.ts";

export interface RunnerServerOptions {
  readonly supervisor: Supervisor;
  /** Settles when leftovers are gone and the release of before runs again. */
  readonly recovered: Promise<void>;
  /** Called when everything has ended and just before a stop is answered. */
  readonly onStopped: () => void;
}

interface Flight {
  readonly outcome: Promise<DeployOutcome>;
  readonly cancel: AbortController;
  readonly watchers: Set<Socket>;
}

/** Answers the monitor on the runner's socket: deploys one after the other, the same command once however often it is asked. */
export function createRunnerServer({ supervisor, recovered, onStopped }: RunnerServerOptions): {
  server: Server;
  isIdle: () => boolean;
} {
  const flights = new Map<string, Flight>();
  let last: Promise<unknown> = recovered;
  let asking = 0;
  let stopped = false;

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const unlessStopped = (): Promise<T> => {
      if (stopped)
        throw unavailable("runner_lost", "The runner is stopping. Try again: the next call starts it anew.");
      return work();
    };
    const turn = last.then(unlessStopped, unlessStopped);
    last = turn.catch(() => undefined);
    return turn;
  };

  const takeOff = (command: RunCommand): Flight => {
    const cancel = new AbortController();
    const watchers = new Set<Socket>();
    const onProgress = (text: string): void => {
      for (const socket of watchers) reply(socket, { type: "progress", text });
    };
    const outcome = inTurn(
      async () =>
        supervisor.recorded(command.commandId) ??
        supervisor.run(command, { signal: cancel.signal, onProgress }),
    );
    const flight = { outcome, cancel, watchers };
    flights.set(command.commandId, flight);
    void outcome.catch(() => undefined).then(() => flights.delete(command.commandId));
    return flight;
  };

  const look = async (): Promise<TargetStatus> => {
    const trouble = await recovered.then(() => undefined, toErrorInfo);
    const status = await supervisor.status();
    return trouble && !status.running ? { ...status, detail: trouble.message } : status;
  };

  const answer = async (request: RunnerRequest, socket: Socket): Promise<RunnerReply | undefined> => {
    switch (request.op) {
      case "deploy":
      case "restore": {
        const flight = flights.get(request.commandId) ?? takeOff(request);
        flight.watchers.add(socket);
        socket.once("cancel", () => flight.cancel.abort());
        return { type: "outcome", outcome: await flight.outcome };
      }
      case "status":
        return { type: "status", status: await look() };
      case "logs":
        return { type: "logs", lines: supervisor.logs(request.lines) };
      case "stop":
        for (const flight of flights.values()) flight.cancel.abort();
        await inTurn(() => supervisor.stop({ forGood: true }));
        stopped = true;
        onStopped();
        return { type: "stopped" };
      case "cancel":
        socket.emit("cancel");
        return undefined;
    }
  };

  const server = createServer((socket) => {
    asking++;
    socket.once("close", () => asking--);
    socket.on("error", () => socket.destroy());
    onJsonLine(socket, (value) => {
      const request = RunnerRequest.safeParse(value);
      if (!request.success) {
        socket.destroy();
        return;
      }
      void answer(request.data, socket)
        .catch((error: unknown): RunnerReply => ({ type: "error", error: toErrorInfo(error) }))
        .then((said) => {
          if (said) reply(socket, said);
        });
    });
  });
  return { server, isIdle: () => asking === 0 && flights.size === 0 && !supervisor.isBusy };
}

function reply(socket: Socket, value: RunnerReply): void {
  sendJsonLine(socket, value);
}
