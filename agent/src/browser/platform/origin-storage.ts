/** What a browser says of its storage; WebKitGTK up to 2.50 has no such thing switched on. */
export function originStorage(): StorageManager | undefined {
  return 'storage' in navigator ? navigator.storage : undefined;
}
