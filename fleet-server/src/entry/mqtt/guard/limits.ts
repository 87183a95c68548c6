/** What the specification leaves open and a broker must bound. Sizes are bytes. */
export interface GuardLimits {
  maxConnectBytes: number;
  /** Body of a PUBLISH without topic and packet id. */
  maxPayloadBytes: number;
  maxTopicBytes: number;
  maxTopicLevels: number;
  /** Whole SUBSCRIBE or UNSUBSCRIBE, and the filters in it. */
  maxFilterListBytes: number;
  maxFilters: number;
  /** In MQTT 3.1 it is 23 at most whatever stands here. */
  maxClientIdBytes: number;
  /** An empty id asks the broker to make one up. */
  emptyClientId: boolean;
  /** With a number here a client must promise a sign of life; without one it may be silent for ever. */
  maxKeepAliveSeconds: number | undefined;
  maxQos: 1 | 2;
  /** QoS 2 messages that wait for their PUBREL. */
  maxInFlight: number;
  /** Filters such as `$SYS/#`. A message on such a topic is refused always. */
  dollarFilters: boolean;
}

/** What a device of the fleet needs (shared/docs, wire), and nothing more. */
export const PRODUCTION_LIMITS: GuardLimits = {
  maxConnectBytes: 8 * 1024,
  // The largest frame of the wire (`MAX_FRAME_BYTES`), which travels as one payload.
  maxPayloadBytes: 256 * 1024,
  maxTopicBytes: 256,
  maxTopicLevels: 8,
  maxFilterListBytes: 8 * 1024,
  maxFilters: 16,
  maxClientIdBytes: 128,
  emptyClientId: false,
  maxKeepAliveSeconds: 20 * 60,
  maxQos: 1,
  maxInFlight: 0,
  dollarFilters: false,
};

/** As much of MQTT as a broker can offer, for conformance: the sizes stay bounded. */
export const SPECIFICATION_LIMITS: GuardLimits = {
  ...PRODUCTION_LIMITS,
  maxTopicBytes: 65_535,
  maxTopicLevels: 100,
  maxClientIdBytes: 65_535,
  emptyClientId: true,
  maxKeepAliveSeconds: undefined,
  maxQos: 2,
  maxInFlight: 100,
  dollarFilters: true,
};
