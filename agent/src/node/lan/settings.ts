import { z } from 'zod';
import { isLoopback } from '../link/secure-url.ts';

/** The part of the configuration that opens the local API to the site network. */
export const lanShape = {
  listen: z.string().optional(),
  tlsCert: z.string().min(1, 'expected a PEM file').optional(),
  tlsKey: z.string().min(1, 'expected a PEM file').optional(),
  tokenFile: z.string().min(1, 'expected a file').optional(),
  allowOrigin: z
    .union([z.array(z.string()), z.string().transform((text) => text.split(',').filter((one) => one.trim() !== ''))])
    .default([]),
};

type LanRaw = z.output<z.ZodObject<typeof lanShape>>;

export interface LanSettings {
  host: string;
  port: number;
  tlsCertFile: string;
  tlsKeyFile: string;
  tokenFile: string;
  origins: readonly string[];
}

const ADDRESS = /^(\[[0-9a-f:.]+\]|[^\s:[\]]+):(\d{1,5})$/i;
const MAX_PORT = 65_535;

/** Where to listen; undefined: on loopback alone, as ever. Without TLS and tokens nothing opens to the network. */
export function checkLan(raw: LanRaw, refuse: (path: string, message: string) => void): void {
  const { listen, allowOrigin } = raw;
  const address = listen === undefined ? undefined : addressOf(listen);
  for (const origin of allowOrigin) {
    if (!isOrigin(origin)) refuse('allowOrigin', 'expected origins such as https://dashboard.site');
  }
  if (listen !== undefined && address === undefined) {
    refuse('listen', 'expected HOST:PORT, such as 0.0.0.0:8420');
    return;
  }
  const isOpen = address !== undefined && !isLoopback(address.host);
  for (const [field, flag] of [
    ['tlsCert', '--tls-cert'],
    ['tlsKey', '--tls-key'],
    ['tokenFile', '--token-file'],
  ] as const) {
    if (isOpen && raw[field] === undefined) refuse(field, `listening on ${listen} needs ${flag} FILE`);
    if (!isOpen && raw[field] !== undefined) refuse(field, 'only for --listen on an address of the site network');
  }
  if (!isOpen && allowOrigin.length > 0) refuse('allowOrigin', 'only for --listen on an address of the site network');
}

/** @returns the port on loopback, or everything about the network; of settings that were checked */
export function lanOf(raw: LanRaw): { loopbackPort?: number; lan?: LanSettings } {
  const address = raw.listen === undefined ? undefined : addressOf(raw.listen);
  if (address === undefined) return {};
  if (isLoopback(address.host)) return { loopbackPort: address.port };
  const { tlsCert = '', tlsKey = '', tokenFile = '', allowOrigin } = raw;
  const host = address.host.replace(/^\[(.*)\]$/, '$1');
  return {
    lan: { host, port: address.port, tlsCertFile: tlsCert, tlsKeyFile: tlsKey, tokenFile, origins: allowOrigin },
  };
}

function addressOf(text: string): { host: string; port: number } | undefined {
  const [, host, port] = ADDRESS.exec(text) ?? [];
  return host === undefined || Number(port) > MAX_PORT ? undefined : { host, port: Number(port) };
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text;
}
