import type { AedesOptions, Client } from 'aedes';

/** Who a client turned out to be. `clientId` must be the id it connected with. */
export interface Principal {
  clientId: string;
}

/** Where a connection comes from. */
export interface BrokerConnection {
  remoteAddress: string;
  /** Present where the client showed one that our authority signed and that has not expired. */
  certificate?: { pem: string };
}

export type Action = 'publish' | 'subscribe' | 'forward';

/** Identity and permissions, given by the room that owns them; the broker only asks. */
export interface BrokerPolicy<Who extends Principal> {
  /** The identity behind these credentials, or null. */
  authenticate(
    clientId: string,
    username: string | undefined,
    password: Uint8Array | undefined,
    connection: BrokerConnection,
  ): Promise<Who | null>;
  /** One rule for all three: publishing on a topic, subscribing to a filter, and handing a message on. */
  authorize(action: Action, who: Who, topic: string): boolean;
}

type Hooks = Pick<
  Required<AedesOptions>,
  'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward'
>;

// Nothing that means something in a filter, a path or a log line.
export const CLIENT_IDS = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

export interface AclOptions<Who extends Principal> {
  policy: BrokerPolicy<Who>;
  /** Client ids that are taken. */
  clientIds: RegExp;
  connectionOf: (client: Client) => BrokerConnection;
}

/**
 * The five hooks of aedes, all of which allow by default. Every refusal is an error, because only an error makes aedes
 * close the connection; a refused filter alone would leave it open, and a stored session would leak the topic later.
 */
export function aclHooks<Who extends Principal>({ policy, clientIds, connectionOf }: AclOptions<Who>): Hooks {
  const known = new WeakMap<Client, Who>();
  const wills = new WeakMap<Client, string>();
  const allows = (action: Action, client: Client | null, topic: string): boolean => {
    const who = client === null ? undefined : known.get(client);
    return who !== undefined && policy.authorize(action, who, topic);
  };

  async function admit(client: Client, username: string | undefined, password: Uint8Array | undefined) {
    const who = await policy.authenticate(client.id, username, password, connectionOf(client));
    if (who === null || who.clientId !== client.id) return false;
    known.set(client, who);
    const will = wills.get(client);
    return will === undefined || allows('publish', client, will);
  }

  return {
    preConnect(client, packet, done) {
      if (packet.clean !== true) return done(new Error('refused: only clean sessions'), false);
      if (!clientIds.test(packet.clientId)) return done(new Error('refused: client id'), false);
      if (packet.will !== undefined) wills.set(client, packet.will.topic);
      done(null, true);
    },
    authenticate(client, username, password, done) {
      admit(client, username, password).then(
        (admitted) => done(null, admitted),
        () => done(null, false),
      );
    },
    authorizePublish(client, packet, done) {
      done(allows('publish', client, packet.topic) ? null : new Error(`refused: publish on ${packet.topic}`));
    },
    authorizeSubscribe(client, subscription, done) {
      if (allows('subscribe', client, subscription.topic)) return done(null, subscription);
      done(new Error(`refused: subscribe to ${subscription.topic}`));
    },
    authorizeForward: (client, packet) => (allows('forward', client, packet.topic) ? packet : null),
  };
}
