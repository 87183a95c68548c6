const TRIES = 'plumbline-tries';
const FIRST_MS = 1000;
const MAX_MS = 60_000;

/**
 * A part of the app did not come: the page is loaded anew, later each time, because a script that failed once is not
 * asked for again by the same page.
 */
export function startAgain(): void {
  const tries = triesSoFar();
  attempt(() => sessionStorage.setItem(TRIES, String(tries + 1)));
  setTimeout(() => location.reload(), Math.min(FIRST_MS * 2 ** tries, MAX_MS));
}

/** Every part is there. */
export function isUp(): void {
  attempt(() => sessionStorage.removeItem(TRIES));
}

/** Where nothing can be counted nobody hurries. */
function triesSoFar(): number {
  return attempt(() => Number(sessionStorage.getItem(TRIES) ?? 0)) ?? Math.log2(MAX_MS / FIRST_MS);
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
