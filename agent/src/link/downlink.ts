import {
  block,
  decodeMessage,
  desired,
  parseTopic,
  sitePage,
  telemetryAck,
  type Block,
  type Desired,
  type DownChannel,
  type SitePage,
  type TelemetryAck,
} from '@plumbline/shared/wire';

export interface DownlinkHandlers {
  desired: (message: Desired) => Promise<void>;
  ack: (message: TelemetryAck) => Promise<void>;
  blk: (message: Block) => void;
  site: (message: SitePage) => Promise<void>;
  /** A message that was not for us, not in our language, or whose handler failed. */
  onProblem: (error: unknown, channel: DownChannel | undefined) => void;
}

/** Takes messages apart and hands each to its room; never throws, because nobody stands above it. */
export function createDownlink(
  identity: { site: string; device: string },
  handlers: DownlinkHandlers,
): (topic: string, payload: Uint8Array) => void {
  const route: Record<DownChannel, (payload: Uint8Array) => void | Promise<void>> = {
    desired: (payload) => handlers.desired(decodeMessage(desired, payload)),
    ack: (payload) => handlers.ack(decodeMessage(telemetryAck, payload)),
    blk: (payload) => handlers.blk(decodeMessage(block, payload)),
    site: (payload) => handlers.site(decodeMessage(sitePage, payload)),
  };
  return (text, payload) => {
    const topic = parseTopic(text);
    if (topic?.direction !== 'dn' || topic.site !== identity.site || topic.device !== identity.device) {
      handlers.onProblem(new Error(`unexpected topic ${text.slice(0, 200)}`), undefined);
      return;
    }
    const failed = (error: unknown) => handlers.onProblem(error, topic.channel);
    try {
      Promise.resolve(route[topic.channel](payload)).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}
