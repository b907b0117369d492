import { fromInspect, fromUp, overrideFix, type Cause, type Rule } from "../cause.ts";

/** A container name that another container has. */
export const nameTaken: Rule = ({ upOutput, model, place, others }) => {
  const pattern = /container name "\/?([^"]+)" is already in use/;
  const line = upOutput.findLast((one) => pattern.test(one));
  const name = pattern.exec(line ?? "")?.[1];
  const holder = others.find((other) => other.name === name);
  if (line === undefined || name === undefined || holder === undefined) return [];
  const service = Object.entries(model?.services ?? {}).find(([, one]) => one.container_name === name)?.[0];
  if (service === undefined) return [];
  const own = `${place.project}-${service}`;
  const whose = holder.project === undefined ? "no project" : `the project ${holder.project}`;
  return [
    {
      ...{ code: "cause_name_taken", params: { service, name, whose }, severity: "error", service },
      evidence: [
        ...fromUp([line]),
        { source: `inspect ${name}`, text: `of ${whose}, ${holder.running ? "runs" : "stopped"}` },
      ],
      fixes: [
        overrideFix(service, { container_name: own }, { code: "fix_container_name", params: { name: own } }),
      ],
    },
  ];
};

/** Containers of services that the files do not have any more. */
export const orphans: Rule = ({ containers, model }) => {
  if (model === undefined || Object.keys(model.services).length === 0) return [];
  return containers
    .filter(({ service, state }) => !Object.hasOwn(model.services, service) && state === "running")
    .map((container): Cause => {
      const { name, service } = container;
      return {
        ...{
          code: "cause_orphan",
          params: { service, container: name },
          severity: "warning",
          service,
          container: name,
        },
        evidence: [fromInspect(container, `com.docker.compose.service=${service}`)],
        fixes: [
          {
            code: "fix_stop_orphan",
            params: { container: name },
            safe: false,
            services: [],
            steps: [{ do: "stop", container: name }],
          },
        ],
      };
    });
};
