const PAGE_BYTES = 65_536;
const MB = 2 ** 20;

export interface BoundedMemory {
  /** What all memories of WebAssembly hold, 2^20 bytes. They only grow. */
  heldMb(): number;
}

/**
 * From here on a memory of WebAssembly in this worker grows to `maxMb` and no further: the limit of a trial, which a
 * browser has no other means for. Call it before the runtime is loaded.
 */
export function boundMemory(maxMb: number): BoundedMemory {
  const memories: WebAssembly.Memory[] = [];
  const Unbounded = WebAssembly.Memory;
  class Bounded extends Unbounded {
    constructor(asked: WebAssembly.MemoryDescriptor) {
      const most = Math.max(asked.initial, Math.floor((maxMb * MB) / PAGE_BYTES));
      super({ ...asked, maximum: Math.min(asked.maximum ?? most, most) });
      memories.push(this);
    }
  }
  Object.defineProperty(WebAssembly, 'Memory', { value: Bounded });
  return { heldMb: () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) / MB };
}
