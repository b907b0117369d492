import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { questions } from "../../../bus/messages/questions.ts";
import type { GatewayServices } from "../../services.ts";
import { readDiagnoses } from "../../stacks/diagnoses.ts";
import { listSuggestions, takeSuggestion } from "../../stacks/suggestions.ts";
import { addRoute } from "./route.ts";

const Name = z.string().min(1).max(200);
const About = z.object({ stack: Name.optional(), service: Name.optional() });
const Key = z.object({ key: z.string().max(200) });
const diagnose = questions["monitor.diagnose"];
const Suggestion = questions["monitor.suggest"].output.shape.suggestions.element;

/** Why something does not run and what can be done; and what this machine suggests for a variable. */
export function addDiagnosisRoutes(app: FastifyInstance, services: GatewayServices): void {
  const { bus } = services;
  addRoute(app, {
    method: "GET",
    url: "/diagnoses",
    summary: "Why something does not run, with evidence and fixes; rules alone",
    query: About,
    answer: diagnose.output,
    handle: async ({ query }) => ({ diagnoses: await readDiagnoses(services, query) }),
  });
  addRoute(app, {
    method: "POST",
    url: "/diagnoses",
    summary: "The same; with analyse, a model is asked too, where a key is set",
    body: About.extend({ analyse: z.boolean().optional() }),
    answer: diagnose.output,
    handle: async ({ body }) => ({ diagnoses: await readDiagnoses(services, body) }),
  });
  addRoute(app, {
    method: "GET",
    url: "/suggest/:key",
    summary:
      "Everything this machine suggests for a variable, with where it comes from; no value of a secret",
    params: Key,
    answer: z.object({
      suggestions: z.array(Suggestion.extend({ id: z.string(), value: z.string().optional() })),
    }),
    handle: async ({ params }) => ({ suggestions: await listSuggestions(bus, params.key) }),
  });
  addRoute(app, {
    method: "POST",
    url: "/suggest/:key",
    summary: "Write a suggested value, named by its id, into dockfra/.env without showing it",
    params: Key,
    body: z.strictObject({ id: z.string().max(100) }),
    answer: questions["monitor.env-set"].output,
    handle: ({ params, body }) => takeSuggestion(bus, params.key, body.id),
  });
}
