/** A browser as far as signing in goes: it keeps cookies by host and follows redirects one by one. */
export interface Traveller {
  /** The answer of one address, without following it. */
  visit(url: string, form?: Record<string, string>): Promise<Response>;
  /** Follows from here on until `stop` says so or nothing redirects any more. @returns the address it stands at */
  follow(url: string, stop?: (url: string) => boolean): Promise<string>;
  cookies(host: string): string;
  /** Another one with the same cookies: what a thief copies. */
  copy(): Traveller;
}

const MOST_STEPS = 20;

export function createTraveller(jar = new Map<string, Map<string, string>>()): Traveller {
  const cookiesOf = (host: string) => jar.get(host) ?? new Map<string, string>();
  const traveller: Traveller = {
    async visit(url, form) {
      const { host } = new URL(url);
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { cookie: traveller.cookies(host) },
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      });
      const kept = cookiesOf(host);
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '' || /max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) kept.delete(name);
        else kept.set(name, value);
      }
      jar.set(host, kept);
      return response;
    },
    async follow(url, stop = () => false) {
      let at = url;
      for (let step = 0; step < MOST_STEPS && !stop(at); step += 1) {
        const response = await traveller.visit(at);
        const next = response.headers.get('location');
        await response.body?.cancel();
        if (next === null) return at;
        at = new URL(next, at).href;
      }
      return at;
    },
    cookies: (host) => [...cookiesOf(host)].map(([name, value]) => `${name}=${value}`).join('; '),
    copy: () => createTraveller(new Map([...jar].map(([host, cookies]) => [host, new Map(cookies)]))),
  };
  return traveller;
}
