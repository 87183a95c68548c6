/** Payload and model bytes by relative path (`slots/<line>/A/model.onnx`); a directory on a gateway, OPFS on a tablet. */
export interface Files {
  read(path: string): Promise<Uint8Array | undefined>;
  /** Writes at an offset, growing the file; durable only after `sync`. */
  write(path: string, offset: number, bytes: Uint8Array): Promise<void>;
  /** Resolves when everything written to these paths, and their names, survive a power cut. */
  sync(paths: string[]): Promise<void>;
  /** Removes a file or everything below a folder; absent is fine. */
  remove(path: string): Promise<void>;
}
