import type { Link } from '../../index.ts';

/** Bytes of MQTT messages, topic and payload; TCP and TLS come on top. */
export interface Traffic {
  upBytes: number;
  downBytes: number;
}

/** The same link, its messages weighed. */
export function weighed(link: Link, traffic: Traffic): Link {
  return {
    async connect(options) {
      const connection = await link.connect({
        ...options,
        onMessage(topic, payload) {
          traffic.downBytes += topic.length + payload.length;
          options.onMessage(topic, payload);
        },
      });
      return {
        ...connection,
        publish(topic, payload, how) {
          traffic.upBytes += topic.length + payload.length;
          return connection.publish(topic, payload, how);
        },
      };
    },
  };
}
