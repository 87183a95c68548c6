/**
 * For a virtual clock in Node: resolves when the microtask queue is empty, and the server has done with whatever it was
 * handed, which may take turns of the real event loop.
 */
export function createSettler(server: () => Promise<void>): { settle: () => Promise<void>; touched: () => void } {
  let isTouched = false;
  return {
    touched() {
      isTouched = true;
    },
    async settle() {
      await turn();
      while (isTouched) {
        isTouched = false;
        await server();
        await turn();
      }
    },
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
