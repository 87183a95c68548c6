import packageFile from '../../../package.json' with { type: 'json' };

/** Of this agent, as it stands in reports and as `fits` compares it. */
export const AGENT_VERSION: string = packageFile.version;
