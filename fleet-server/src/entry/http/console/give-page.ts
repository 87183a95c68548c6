import type { Context } from 'hono';
import type { PageFile } from './built-pages.ts';

/** One built file, pressed to whoever takes that; what is named by its content is never asked for again. */
export function givePage(context: Context, { bytes, brotli, type, isForever }: PageFile): Response {
  const takesBrotli = context.req.header('accept-encoding')?.includes('br') === true;
  const isPressed = takesBrotli && brotli !== undefined;
  return context.body(isPressed ? brotli : bytes, 200, {
    'content-type': type,
    'cache-control': isForever ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    ...(isPressed && { 'content-encoding': 'br' }),
  });
}
