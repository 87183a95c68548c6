/** What a repository offers by name: metadata and artifacts. Over HTTP for real, out of a record in a replay. */
export interface RepositoryFiles {
  /**
   * @param path below the base, escaped already
   * @returns `undefined` when there is no such file
   * @throws when it is longer than `maxBytes`, too slow, or the repository fails otherwise
   */
  fetch(kind: 'metadata' | 'artifact', path: string, maxBytes: number): Promise<Uint8Array | undefined>;
}
