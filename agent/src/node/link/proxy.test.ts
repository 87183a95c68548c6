import { describe, expect, it } from 'vitest';
import { proxyFor } from './proxy.ts';

const fleet = { host: 'fleet.example', port: 8883 };
const site = (except: string[] = [], url = 'http://proxy.site:3128') => ({ url, except });

describe('the proxy of a site', () => {
  it('stands between this device and the fleet server', () => {
    expect(proxyFor(site(), fleet)).toEqual({ host: 'proxy.site', port: 3128, authorization: undefined });
  });

  it('gets the credentials of its URL, decoded', () => {
    const { authorization } = proxyFor(site([], 'http://gateway:p%40ss%3A1@proxy.site'), fleet) ?? {};
    expect(authorization).toBe(`Basic ${btoa('gateway:p@ss:1')}`);
  });

  it.each(['127.0.0.1', 'localhost', '::1'])('is not asked about %s', (host) => {
    expect(proxyFor(site(), { host, port: 8443 })).toBeUndefined();
  });

  it.each([
    ['*', true],
    ['fleet.example', true],
    ['FLEET.example', true],
    ['.example', true],
    ['*.example', true],
    ['example', true],
    ['fleet.example:8883', true],
    ['fleet.example:8443', false],
    ['leet.example', false],
    ['ample', false],
    ['', false],
    ['.', false],
  ])('is passed by when NO_PROXY says %j: %s', (entry, isDirect) => {
    expect(proxyFor(site([entry]), fleet) === undefined).toBe(isDirect);
  });
});
