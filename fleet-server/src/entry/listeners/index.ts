export { ListenerError } from './errors.ts';
export type { OwnFiles } from './own-certificate.ts';
export { createSecureContextSource, type SecureContextSource, type ServerTls } from './secure-context.ts';
export { openTabletDoor, type TabletDoor } from './tablet-door.ts';
export { listenWeb, type WebServer } from './web-server.ts';
