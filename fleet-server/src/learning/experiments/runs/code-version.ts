import packageJson from '../../../../package.json' with { type: 'json' };

/** Of the program and the runtime: with dataset, settings and seed what makes a run come out the same again. */
export const CODE_VERSION = `plumbline ${packageJson.version}, node ${process.versions.node}`;
