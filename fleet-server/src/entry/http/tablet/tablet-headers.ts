export interface TabletPolicy {
  /** Origins the app may talk to besides its own, such as `https://fleet.example:8443` and `wss://fleet.example:8443`. */
  connect: readonly string[];
  isSecure: boolean;
}

const YEAR_S = 31_536_000;

/**
 * What the origin of the site app allows its pages. They hold a device key and entries nobody else has yet: nothing is run
 * that is not a file of this origin, and nothing is asked of anybody who is not named. `wasm-unsafe-eval` lets WebAssembly
 * be compiled, and no script.
 */
export function tabletHeaders({ connect, isSecure }: TabletPolicy): Record<string, string> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self' 'wasm-unsafe-eval'",
      "style-src 'self'",
      "img-src 'self' blob:",
      `connect-src ${["'self'", ...connect].join(' ')}`,
      "worker-src 'self'",
      "manifest-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(self), microphone=(), geolocation=(), payment=(), usb=()',
    ...(isSecure && { 'strict-transport-security': `max-age=${YEAR_S}` }),
  };
}
