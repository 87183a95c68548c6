export { startConnectProxy, type ConnectProxy } from './connect-proxy.ts';
export { closedPort, listening } from './listening.ts';
export { createTestCa, selfSigned, type TestCa, type TestLeaf } from './test-ca.ts';
export { startWayOut, type WayOut } from './way-out.ts';
export { startTlsFront, type TlsFront } from './tls-front.ts';
