/** Calls a function of the test in Node, where the suites came from; what goes in and out is JSON. */
export async function inNode(name: string, ...args: unknown[]): Promise<unknown> {
  const response = await fetch(`/node/${name}`, { method: 'POST', body: JSON.stringify(args) });
  const { value, failure } = (await response.json()) as { value?: unknown; failure?: string };
  if (failure !== undefined) throw new Error(failure);
  return value;
}
