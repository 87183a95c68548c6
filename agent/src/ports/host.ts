/** What the device has left of what an install needs. Undefined: this platform does not tell, and nobody may wait for it. */
export interface Host {
  /** Bytes that can still be written where the slots lie. */
  freeDiskBytes(): Promise<number | undefined>;
  freeMemoryBytes(): Promise<number | undefined>;
  /** What this process takes; absent where a platform cannot tell. */
  residentMemoryBytes?(): Promise<number | undefined>;
  /** `percent` is the charge of the battery; on mains it may be absent. */
  power(): Promise<{ onBattery: boolean; percent?: number } | undefined>;
}
