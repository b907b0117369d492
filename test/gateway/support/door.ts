import type { FastifyInstance, InjectOptions } from "fastify";
import { createGatewayApp } from "../../../gateway/app.ts";
import type { AuthMode } from "../../../gateway/auth/guard.ts";
import type { GatewayServices } from "../../../gateway/services.ts";
import { makeGatewayProject, type TestProject } from "./project.ts";

export const host = "127.0.0.1:5050";
export const origin = `http://${host}`;

/** What came of a request. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** The gateway's HTTP side, asked without a network. */
export interface TestDoor extends TestProject {
  readonly app: FastifyInstance;
  readonly door: GatewayServices;
  /** Asks as a page that is signed in. */
  ask<T = Record<string, unknown>>(
    method: "GET" | "POST" | "PUT" | "DELETE",
    url: string,
    body?: unknown,
  ): Promise<Answer<T>>;
  /** Asks with just these headers. */
  raw(options: InjectOptions): Promise<Answer<Record<string, unknown>>>;
  readonly cookie: string;
}

/** Opens the HTTP side of a gateway on a project, with one session. */
export async function openDoor({ auth = "token" }: { readonly auth?: AuthMode } = {}): Promise<TestDoor> {
  const project = await makeGatewayProject();
  const door = project.services({ auth });
  const app = await createGatewayApp(door, { pagesDir: project.scratch.path("pages") });
  const session = await door.credentials.signIn(await door.credentials.newLogin());
  const cookie = `dockfra_session=${session}`;
  async function raw(options: InjectOptions): Promise<Answer<never>> {
    const response = await app.inject({ ...options, headers: { host, ...options.headers } });
    const isJson =
      response.body !== "" && String(response.headers["content-type"]).startsWith("application/json");
    return {
      status: response.statusCode,
      body: (isJson ? response.json() : {}) as never,
      text: response.body,
      headers: response.headers,
    };
  }
  return {
    ...project,
    app,
    door,
    cookie,
    raw,
    ask: (method, url, body) =>
      raw({
        method,
        url,
        headers: {
          cookie,
          ...(method === "GET" ? {} : { origin, "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      }),
    async [Symbol.asyncDispose]() {
      await app.close();
      await project[Symbol.asyncDispose]();
    },
  };
}
