const AT_ONCE = 4;

/**
 * Fills the cache of a build, or fails: an update is whole or it is not there. What arrived before a connection broke is
 * kept, checked as it is by its hash, and the next attempt goes on behind it; what the build before had, too, is not
 * loaded again.
 * @param files SHA-384 by path below the scope, as `sha384-…`
 */
export async function fill(name: string, files: Readonly<Record<string, string>>, scope: string): Promise<void> {
  const cache = await caches.open(name);
  const queue = Object.entries(files);
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [path, integrity] = next;
      const url = new URL(path, scope).href;
      if ((await cache.match(url, { ignoreVary: true })) !== undefined) continue;
      await cache.put(url, (await fromAnotherBuild(url, path)) ?? (await load(url, integrity)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** A file that is named by its content is the same in every build that has it. */
async function fromAnotherBuild(url: string, path: string): Promise<Response | undefined> {
  return path.startsWith('assets/') ? caches.match(url, { ignoreVary: true }) : undefined;
}

/** @throws TypeError by the browser itself where the bytes are not those of the hash */
export async function load(url: string, integrity: string): Promise<Response> {
  const response = await fetch(url, { integrity, cache: 'no-cache', credentials: 'omit' });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  // A browser refuses to open a page with an answer that was led elsewhere.
  return response.redirected ? new Response(response.body, { headers: response.headers }) : response;
}
