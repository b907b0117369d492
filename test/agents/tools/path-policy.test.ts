import { describe, expect, test } from "vitest";
import { whyUnreadable, whyUnwritable } from "../../../agents/tools/path-policy.ts";

const secret = [
  ".git/config",
  ".git",
  "sub/.git/hooks/pre-commit",
  ".GIT/config",
  ".gi\u200bt/config",
  ".git./config",
  ".env",
  ".env.local",
  "app/.env.production",
  "prod.env",
  ".envrc",
  ".npmrc",
  "a/.netrc",
  ".ssh/id_ed25519",
  "id_rsa",
  "tls/server.key",
  "cert.pem",
  ".aws/credentials",
  ".docker/config.json",
  ".git-credentials",
  ".yarnrc.yml",
  ".env.example/x",
  ".git::$INDEX_ALLOCATION/config",
  ".ｇit/config",
  ".env ",
];
const steering = [
  "dockfra.yaml",
  "DOCKFRA.YAML",
  "dockfra/.x",
  ".github/workflows/ci.yml",
  ".husky/pre-commit",
  ".githooks/x",
  "sub/.vscode/tasks.json",
  "AGENTS.md",
  "docs/CLAUDE.md",
  ".claude/settings.json",
  ".cursorrules",
  ".mcp.json",
  ".gitattributes",
  ".gitmodules",
  ".pre-commit-config.yaml",
  "lefthook.yml",
  ".devcontainer/devcontainer.json",
  ".aider.conf.yml",
];
const free = [
  "src/app.js",
  "README.md",
  ".env.example",
  "deploy/.env.sample",
  "example.env",
  ".gitignore",
  "src/environment.ts",
  "src/key.ts",
  "docker-compose.yml",
  "docs/dockfra.yaml.md",
  "src/git/config.ts",
  ".dockerignore",
];

describe("paths", () => {
  test.each(secret)("%s is neither read nor written", (path) => {
    expect(whyUnreadable(path)).toBeDefined();
    expect(whyUnwritable(path)).toBeDefined();
  });

  test.each(steering)("%s is read and not written", (path) => {
    expect(whyUnreadable(path)).toBeUndefined();
    expect(whyUnwritable(path)).toBeDefined();
  });

  test.each(free)("%s is free", (path) => {
    expect(whyUnwritable(path)).toBeUndefined();
  });
});
