import type { Agent, AgentEvent, Clock, Store } from '../../index.ts';
import type { Random } from '../../ports/index.ts';
import { openDropFolder } from './drop-folder.ts';
import { openMqttSource } from './mqtt-source.ts';
import type { SourceSettings } from './settings.ts';

export interface SourcesDeps {
  agent: Agent;
  clock: Clock;
  random: Random;
  store: Store;
  device: string;
  event: (event: AgentEvent) => void;
}

/**
 * Starts the sources that are configured; disposing ends them where they stand, to go on at the next start.
 * @throws NodeAgentError `config_invalid` naming a folder or file that cannot be used
 */
export async function runSources(deps: SourcesDeps, settings: SourceSettings): Promise<AsyncDisposable> {
  const { dropFolder, mqttSource, sourceAsk: ask = { top: 0 } } = settings;
  const stop = new AbortController();
  const sources = [
    ...(dropFolder === undefined ? [] : [await openDropFolder({ ...deps, ask }, { folder: dropFolder })]),
    ...(mqttSource === undefined ? [] : [openMqttSource({ ...deps, ask }, mqttSource)]),
  ];
  const running = sources.map((run) => run(stop.signal));
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(running);
    },
  };
}
