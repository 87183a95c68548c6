export interface ServerEvent {
  id: string | undefined;
  event: string;
  /** Empty for what only told an id. */
  data: string;
}

/** Server-sent events out of bytes, however they are cut; comments are passed over. Source: WHATWG HTML, section 9.2. */
export async function* readServerEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true }).replaceAll('\r\n', '\n');
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const event = read(part);
      if (event !== undefined) yield event;
    }
  }
}

function read(part: string): ServerEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of part.split('\n')) {
    const [, name, value = ''] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
    if (name !== undefined) fields.set(name, fields.has(name) ? `${fields.get(name)}\n${value}` : value);
  }
  if (fields.size === 0) return undefined;
  return { id: fields.get('id'), event: fields.get('event') ?? 'message', data: fields.get('data') ?? '' };
}
