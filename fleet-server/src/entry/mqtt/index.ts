export { attachMqtt, type MqttEdge } from './attach.ts';
export { brokerPolicy, type BrokerPrincipal } from './authenticate.ts';
export { watchTrespass } from './watch-trespass.ts';
export { evictBarred } from './evict.ts';
export { createGuard, PRODUCTION_LIMITS } from './guard/index.ts';
export { dropAcks, flipBundleByte, type Faults } from './faults.ts';
