import fc from "fast-check";
import { expect, test } from "vitest";
import { diffStats, diffText } from "../../../agents/git/diff.ts";
import { parseDiff } from "../../../agents/manager/diff-reading.ts";
import { createUserRepo } from "../user-repo.ts";

test("lines that look like heads are text", () => {
  const diff = [
    "diff --git a/x.md b/x.md",
    "index 1111111..2222222 100644",
    "--- a/x.md",
    "+++ b/x.md",
    "@@ -1,2 +1,4 @@ diff --git a/evil b/evil",
    "--- a/removed",
    "+++ b/added",
    "+diff --git a/fake b/fake",
    "+new file mode 120000",
    " end",
    "\\ No newline at end of file",
    "",
  ].join("\n");
  expect(parseDiff(diff)).toEqual([
    {
      path: "x.md",
      kind: "changed",
      oldMode: "100644",
      newMode: "100644",
      binary: false,
      insertions: 3,
      deletions: 1,
    },
  ]);
});

test("modes, links, binaries and names are read", () => {
  const diff = [
    "diff --git a/run.sh b/run.sh",
    "old mode 100644",
    "new mode 100755",
    "diff --git a/link b/link",
    "new file mode 120000",
    "index 0000000..1111111",
    "--- /dev/null",
    "+++ b/link",
    "@@ -0,0 +1 @@",
    "+/etc/passwd",
    "\\ No newline at end of file",
    "diff --git a/a b.png b/a b.png",
    "deleted file mode 100644",
    "index 1111111..0000000",
    "Binary files a/a b.png and /dev/null differ",
    'diff --git "a/tab\\there" "b/tab\\there"',
    "new file mode 100644",
    "index 0000000..e69de29",
    'diff --git "a/\\303\\274\\"" "b/\\303\\274\\""',
    "index 1111111..2222222 160000",
    "",
  ].join("\n");
  expect(
    parseDiff(diff).map(({ path, kind, oldMode, newMode, binary }) => [path, kind, oldMode, newMode, binary]),
  ).toEqual([
    ["run.sh", "changed", "100644", "100755", false],
    ["link", "added", undefined, "120000", false],
    ["a b.png", "deleted", "100644", undefined, true],
    ["tab\there", "added", undefined, "100644", false],
    ['ü"', "changed", "160000", "160000", false],
  ]);
});

test("an empty diff has no files", () => {
  expect(parseDiff("")).toEqual([]);
});

test("what git writes is read as git counts it", async () => {
  await using user = await createUserRepo({ "a.txt": "1\n2\n3\n", "no-end.txt": "x" });
  const { git } = await user.open();
  const from = await user.git("rev-parse", "HEAD");
  const to = await user.commit({
    "a.txt": "1\n--- a/x\n+++ b/x\n3",
    "no-end.txt": "x\r\ny",
    "sp ace.txt": "x\n",
    'quo"te.txt': "x\n",
    "ümlaut.txt": "",
    bin: "\0",
  });
  await user.git("fetch", "--quiet", user.dir);
  await git.run(["fetch", "--quiet", "--no-write-fetch-head", user.dir, to]);
  const changes = parseDiff(await diffText(git, from, to));
  const stats = await diffStats(git, from, to);
  expect(changes.map((change) => change.path)).toEqual(stats.files);
  expect(changes.reduce((sum, change) => sum + change.insertions, 0)).toBe(stats.insertions);
  expect(changes.reduce((sum, change) => sum + change.deletions, 0)).toBe(stats.deletions);
});

test("no text makes it throw or hang", () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "diff --git a/x b/x",
      "@@ -1,99 +1,99 @@",
      "--- a/x",
      "+++ /dev/null",
      'diff --git "a/\\',
      "GIT binary patch",
    ),
  );
  fc.assert(fc.property(fc.array(line), (lines) => Array.isArray(parseDiff(lines.join("\n")))));
});
