import { StoreError, type Files } from '../ports/index.ts';

/** Files in memory. A crash loses every byte that was not synced. */
export interface MemoryFiles extends Files {
  crash(): MemoryFiles;
  /** Flips one bit of a file, in memory and on disk: what worn flash does. */
  damage(path: string, at: number): void;
  /** Every write fails so until the next call. */
  refuse(error: StoreError | undefined): void;
  paths(): string[];
}

export function createMemoryFiles(disk = new Map<string, Uint8Array>()): MemoryFiles {
  let alive = true;
  let refusal: StoreError | undefined;
  const files = new Map([...disk].map(([path, bytes]) => [path, bytes.slice()]));
  const check = () => {
    if (!alive)
      throw new StoreError('store_unavailable', 'the process that held these files is gone', { kind: 'unavailable' });
  };
  return {
    async read(path) {
      check();
      return files.get(path)?.slice();
    },
    async write(path, offset, bytes) {
      check();
      if (refusal !== undefined) throw refusal;
      const old = files.get(path) ?? new Uint8Array();
      const grown = new Uint8Array(Math.max(old.length, offset + bytes.length));
      grown.set(old);
      grown.set(bytes, offset);
      files.set(path, grown);
    },
    async sync(paths) {
      check();
      for (const path of paths) {
        const bytes = files.get(path);
        if (bytes !== undefined) disk.set(path, bytes.slice());
      }
    },
    async remove(path) {
      check();
      for (const map of [files, disk]) {
        for (const name of map.keys()) if (name === path || name.startsWith(`${path}/`)) map.delete(name);
      }
    },
    crash() {
      alive = false;
      return createMemoryFiles(disk);
    },
    damage(path, at) {
      for (const map of [files, disk]) {
        const bytes = map.get(path);
        if (bytes !== undefined) bytes[at] = (bytes[at] ?? 0) ^ 1;
      }
    },
    refuse(error) {
      refusal = error;
    },
    paths: () => [...files.keys()].toSorted(),
  };
}
