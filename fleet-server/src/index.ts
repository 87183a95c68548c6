export { ConfigError, readConfig, type ServerConfig } from './config.ts';
export { createFleetServer, type FleetServer, type Overrides } from './server.ts';
