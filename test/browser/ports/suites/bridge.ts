/** What a suite in the worker may ask of the test in Node, by way of its page. */
export interface BridgeRequest {
  id: number;
  name: string;
  args: unknown[];
}

const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
let count = 0;

/** Calls a function of the test in Node; what goes in and out is JSON. */
export function inNode(name: string, ...args: unknown[]): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  count += 1;
  waiting.set(count, { resolve, reject });
  self.postMessage({ id: count, name, args } satisfies BridgeRequest);
  return promise;
}

self.addEventListener('message', ({ data }: MessageEvent<{ id: number; value?: unknown; failure?: string }>) => {
  const one = waiting.get(data.id);
  waiting.delete(data.id);
  if (data.failure === undefined) one?.resolve(data.value);
  else one?.reject(new Error(data.failure));
});
