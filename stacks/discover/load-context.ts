import type { MappingNode } from "./nodes.ts";
import type { ModelPath } from "./paths.ts";
import type { ComposeProblem, Origin, Source } from "./problems.ts";

/** What reading a project needs of the outside. */
export interface SourceReader {
  /**
   * Reads a file by absolute path; `from` is where it was named.
   * @throws path_outside_root, unreadable, and what decoding refuses
   */
  readonly read: (path: string, from?: Origin) => Source;
  /** Takes what is wrong but does not keep the project from being read. */
  readonly report: (problem: ComposeProblem) => void;
}

/** The reader, with the way to read one more file; it breaks the circle of files that name files. */
export interface LoadContext extends SourceReader {
  readonly addFile: AddFile;
}

/**
 * Lays all documents of a file over `model`, which it changes, and gives the merged model.
 * @throws any problem of the file or of those that it includes or extends
 */
export type AddFile = (
  model: MappingNode | undefined,
  source: Source,
  context: LoadContext,
  role: FileRole,
) => LoadedFile;

export interface LoadedFile {
  readonly model: MappingNode | undefined;
  /** What the file's last document resets. */
  readonly resets: readonly ModelPath[];
}

/** What is done with a file beside reading it; a base of `extends` is judged only once it is merged. */
export type FileRole = { readonly role: "project"; readonly scope: IncludeScope } | { readonly role: "base" };

/** Where an included path starts, and which files are already open above this one. */
export interface IncludeScope {
  readonly projectDir: string;
  readonly open: readonly string[];
}

/** Whether a path of `include`, `extends` or `build` means something on the network. */
export function isRemotePath(path: string): boolean {
  return /^(?:[a-zA-Z][a-zA-Z0-9+.-]*:\/\/|git@|github\.com\/)/.test(path);
}
