export { attachMqtt, type MqttEdge } from './attach.ts';
export { brokerPolicy, type BrokerPrincipal } from './authenticate.ts';
export { dropAcks, flipBundleByte, type Faults } from './faults.ts';
