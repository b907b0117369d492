import { execa } from "execa";
import { z } from "zod";

/** What ssh-audit objects to, by algorithm. */
export interface Audit {
  readonly fail: readonly string[];
  readonly warn: readonly string[];
}

export interface Auditor extends AsyncDisposable {
  /** Audits the sshd on port 2222 of a container on the shared network. */
  readonly audit: (host: string) => Promise<Audit>;
}

// Debian's stable release has one that does not know the strict key exchange and warns of it.
const dockerfile = `FROM debian:bookworm-slim
RUN apt-get -q update && apt-get -q -y --no-install-recommends install python3 \\
  && sed 's/bookworm[a-z-]*/trixie/' /etc/apt/sources.list | grep -v security | sort -u >/etc/apt/sources.list.d/next.list \\
  && apt-get -q update && cd /tmp && apt-get -q download ssh-audit/trixie && dpkg -x ssh-audit*.deb /opt/audit
ENV PYTHONPATH=/opt/audit/usr/lib/python3/dist-packages
ENTRYPOINT ["python3", "/opt/audit/usr/bin/ssh-audit"]
`;

const Notes = z.object({ fail: z.array(z.string()).optional(), warn: z.array(z.string()).optional() });
const Algorithms = z.array(z.object({ algorithm: z.string(), notes: Notes.optional() }));
const Report = z.object({ kex: Algorithms, key: Algorithms, enc: Algorithms, mac: Algorithms });

/** Builds an image with ssh-audit; it is removed at the end of the scope. */
export async function buildAuditor(prefix: string): Promise<Auditor> {
  const image = `${prefix}-ssh-audit`;
  await execa("docker", ["build", "--tag", image, "-"], { input: dockerfile });
  return {
    audit: async (host) => {
      const words = [
        "run",
        "--rm",
        "--network",
        `${prefix}-shared`,
        image,
        "--skip-rate-test",
        "--json",
        "--port",
        "2222",
        host,
      ];
      const { stdout } = await execa("docker", words, { reject: false });
      // a host that could not be reached is told in words
      if (!stdout.trimStart().startsWith("{")) return { fail: [stdout], warn: [] };
      const { kex, key, enc, mac } = Report.parse(JSON.parse(stdout));
      const all = [...kex, ...key, ...enc, ...mac];
      const found = (level: "fail" | "warn") =>
        all.flatMap(({ algorithm, notes }) => (notes?.[level] ?? []).map((note) => `${algorithm}: ${note}`));
      return { fail: found("fail"), warn: found("warn") };
    },
    [Symbol.asyncDispose]: async () => {
      await execa("docker", ["rmi", "--force", image]);
    },
  };
}
