/** Where a browser may come from: the names of this gateway, and the origin of its pages. */
export interface Door {
  /** Whether a Host header names this gateway. */
  isHost(host: string | undefined): boolean;
  /** Whether an Origin header is that of a page of ours; an absent one is none. */
  isOrigin(origin: string): boolean;
  /** Whether the page is served over TLS, so that cookies travel by it alone. */
  readonly secure: boolean;
}

export interface DoorOptions {
  /** The port that is listened on; read at each request, because any free one may have been asked for. */
  readonly port: () => number;
  /** The one origin that a proxy in front serves, as `https://dockfra.example`. */
  readonly proxyOrigin?: string;
}

const loopbackNames = ["127.0.0.1", "localhost", "[::1]"] as const;

/** Makes the list of allowed names; a name outside of it is how DNS rebinding looks. */
export function createDoor({ port, proxyOrigin }: DoorOptions): Door {
  const proxy = proxyOrigin === undefined ? undefined : new URL(proxyOrigin);
  const names = (): readonly string[] =>
    loopbackNames.map((name) => (port() === 80 ? name : `${name}:${port()}`));
  return {
    isHost: (host) => {
      const given = host?.toLowerCase();
      return given !== undefined && (names().includes(given) || given === proxy?.host);
    },
    isOrigin: (origin) =>
      origin === proxy?.origin || names().some((name) => origin.toLowerCase() === `http://${name}`),
    secure: proxy?.protocol === "https:",
  };
}
