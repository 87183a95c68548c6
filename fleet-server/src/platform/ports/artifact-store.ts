/** Files addressed by the SHA-256 (lower-case hex) of their bytes; what is stored never changes. */
export interface ArtifactStore {
  /** Durable when it resolves. Storing the same bytes again changes nothing. */
  put(bytes: Uint8Array): Promise<string>;
  /** The whole artifact, its hash verified. @throws ArtifactError `artifact_not_found`, `artifact_corrupt`. */
  get(sha256: string): Promise<Uint8Array>;
  /** At most `length` bytes from `offset`, fewer at the end; not verified, the reader checks the whole. */
  read(sha256: string, offset: number, length: number): Promise<Uint8Array>;
  has(sha256: string): Promise<boolean>;
}
