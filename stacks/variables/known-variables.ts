import type { DeclaredVariable } from "./layer-input.ts";

type KnownType = "text" | "password" | "select" | "port" | "number" | "boolean" | "path" | "url";

/** What is known of a variable that many projects use under the same name; its words are in `locales/`. */
export interface KnownVariable {
  /** Keys of its words in `locales/`. */
  readonly labelCode: string;
  readonly groupCode: string;
  readonly descCode: string;
  readonly type: KnownType;
  readonly placeholder?: string;
  readonly options?: readonly string[];
}

const groups = {
  database: {
    POSTGRES_USER: ["text", "app"],
    POSTGRES_PASSWORD: ["password"],
    POSTGRES_DB: ["text", "app"],
    POSTGRES_PORT: ["port", "5432"],
    PGDATA: ["path", "/var/lib/postgresql/data"],
    MYSQL_ROOT_PASSWORD: ["password"],
    MYSQL_DATABASE: ["text", "app"],
    MYSQL_USER: ["text", "app"],
    MYSQL_PASSWORD: ["password"],
    MARIADB_ROOT_PASSWORD: ["password"],
    MONGO_INITDB_ROOT_USERNAME: ["text", "root"],
    MONGO_INITDB_ROOT_PASSWORD: ["password"],
    DATABASE_URL: ["url", "postgres://user:password@db:5432/app"],
    DB_HOST: ["text", "db"],
    DB_PORT: ["port", "5432"],
    DB_NAME: ["text", "app"],
    DB_USER: ["text", "app"],
    DB_PASSWORD: ["password"],
    REDIS_HOST: ["text", "redis"],
    REDIS_PORT: ["port", "6379"],
    REDIS_PASSWORD: ["password"],
    REDIS_URL: ["url", "redis://redis:6379/0"],
    RABBITMQ_DEFAULT_USER: ["text", "app"],
    RABBITMQ_DEFAULT_PASS: ["password"],
  },
  mail: {
    SMTP_HOST: ["text", "smtp.example.com"],
    SMTP_PORT: ["port", "587"],
    SMTP_USER: ["text", "robot@example.com"],
    SMTP_USERNAME: ["text", "robot@example.com"],
    SMTP_PASSWORD: ["password"],
    SMTP_FROM: ["text", "robot@example.com"],
    SMTP_SECURE: ["boolean"],
  },
  network: {
    DOMAIN: ["text", "example.com"],
    HOSTNAME: ["text", "app.example.com"],
    BASE_URL: ["url", "https://app.example.com"],
    APP_URL: ["url", "https://app.example.com"],
    ACME_EMAIL: ["text", "you@example.com"],
    LETSENCRYPT_EMAIL: ["text", "you@example.com"],
    TRAEFIK_DASHBOARD_PORT: ["port", "8080"],
    HTTP_PORT: ["port", "80"],
    HTTPS_PORT: ["port", "443"],
    PORT: ["port", "8080"],
    HTTP_PROXY: ["url", "http://proxy:3128"],
    HTTPS_PROXY: ["url", "http://proxy:3128"],
    NO_PROXY: ["text", "localhost,127.0.0.1"],
    CORS_ORIGIN: ["url", "https://app.example.com"],
  },
  security: {
    JWT_SECRET: ["password"],
    SECRET_KEY: ["password"],
    SECRET_KEY_BASE: ["password"],
    SESSION_SECRET: ["password"],
    ENCRYPTION_KEY: ["password"],
    API_KEY: ["password"],
    ADMIN_USER: ["text", "admin"],
    ADMIN_EMAIL: ["text", "you@example.com"],
    ADMIN_PASSWORD: ["password"],
  },
  system: {
    TZ: ["text", "Europe/Berlin"],
    PUID: ["number", "1000"],
    PGID: ["number", "1000"],
    UMASK: ["text", "022"],
    DATA_DIR: ["path", "./data"],
    LOG_LEVEL: ["select", "info", ["debug", "info", "warn", "error"]],
    DEBUG: ["boolean"],
    NODE_ENV: ["select", "production", ["production", "development", "test"]],
    ENVIRONMENT: ["select", "local", ["local", "production"]],
    COMPOSE_PROFILES: ["text", "debug,metrics"],
    IMAGE_TAG: ["text", "latest"],
    TAG: ["text", "latest"],
    VERSION: ["text", "1.0.0"],
    APP_NAME: ["text", "shop"],
  },
  storage: {
    AWS_ACCESS_KEY_ID: ["password"],
    AWS_SECRET_ACCESS_KEY: ["password"],
    AWS_REGION: ["text", "eu-central-1"],
    S3_BUCKET: ["text", "backups"],
    S3_ENDPOINT: ["url", "https://s3.example.com"],
    MINIO_ROOT_USER: ["text", "minio"],
    MINIO_ROOT_PASSWORD: ["password"],
  },
  services: {
    GRAFANA_ADMIN_PASSWORD: ["password"],
    OPENAI_API_KEY: ["password"],
    SENTRY_DSN: ["password"],
    GITHUB_TOKEN: ["password"],
    GIT_REPO_URL: ["url", "https://github.com/you/app.git"],
    GIT_BRANCH: ["text", "main"],
    GIT_NAME: ["text", "Ada Lovelace"],
    GIT_EMAIL: ["text", "you@example.com"],
  },
} as const satisfies Record<string, Record<string, readonly [KnownType, string?, (readonly string[])?]>>;

/** What is known of each variable, by its name. */
export const knownVariables: ReadonlyMap<string, KnownVariable> = new Map(
  Object.entries(groups).flatMap(([group, members]) =>
    Object.entries<readonly [KnownType, string?, (readonly string[])?]>(members).map(
      ([name, [type, placeholder, options]]) => [
        name,
        {
          labelCode: `variable_${name.toLowerCase()}`,
          descCode: `variable_${name.toLowerCase()}_desc`,
          groupCode: `variable_group_${group}`,
          type,
          ...(placeholder === undefined ? {} : { placeholder }),
          ...(options === undefined ? {} : { options }),
        },
      ],
    ),
  ),
);

/** Gives the words of a code in some language. */
export type Words = (code: string) => string | undefined;

/**
 * Describes a variable: what `dockfra.yaml` says of it, and for the rest what is known of one of that name, or shows
 * from its ending. A name that is known has a meaning of its own only where the project does not give it another.
 */
export function describeVariable(
  name: string,
  declared: DeclaredVariable | undefined,
  words: Words,
): DeclaredVariable {
  const known = knownVariables.get(name);
  const type: KnownType | undefined = known?.type ?? typeByEnding(name);
  const built = {
    ...(known === undefined
      ? {}
      : {
          label: words(known.labelCode),
          group: words(known.groupCode),
          desc: words(known.descCode),
          placeholder: known.placeholder,
          options: known.options,
        }),
    ...(type === undefined ? {} : { type }),
  };
  const said = Object.entries(declared ?? {}).filter(([, value]) => value !== undefined);
  const described = { ...built, ...Object.fromEntries(said) };
  // options belong to the type that they came with
  if (described.type !== built.type && declared?.options === undefined) delete described.options;
  return described;
}

function typeByEnding(name: string): KnownType | undefined {
  if (/(?:^|_)PORT$/.test(name)) return "port";
  if (/(?:^|_)(?:PASSWORD|PASSWD|SECRET|TOKEN)$/.test(name)) return "password";
  if (/(?:^|_)(?:URL|URI)$/.test(name)) return "url";
  if (/(?:^|_)(?:DIR|PATH)$/.test(name)) return "path";
  if (/^(?:ENABLE|USE|DISABLE)_|_ENABLED$/.test(name)) return "boolean";
  return undefined;
}
