import { useState } from 'preact/hooks';
import { isLanguage } from '../../app/settings.ts';
import { useSite } from '../../app/site.tsx';
import { buildHash } from '../../offline/build-hash.ts';
import { NameField } from '../../parts/name-field.tsx';
import { LANGUAGES } from '../../words/languages.ts';
import { whyNotNearby } from '../../words/why-not-nearby.ts';
import type { SiteView } from '../../worker/types.ts';

export function AboutPanel({ view }: { view: SiteView }) {
  const { words, person, now, language, speak } = useSite();
  const { device } = words;
  const [isChanging, setChanging] = useState(person === '');
  return (
    <section class="panel">
      {isChanging ? (
        <NameField />
      ) : (
        <p class="row">
          {device.person} <b>{person}</b>
          <button type="button" class="button small quiet" onClick={() => setChanging(true)}>
            {device.change}
          </button>
        </p>
      )}
      <div class="field">
        <label for="language">{device.language}</label>
        <select
          id="language"
          value={language}
          onChange={({ currentTarget }) => isLanguage(currentTarget.value) && speak(currentTarget.value)}
        >
          {Object.entries(LANGUAGES).map(([key, name]) => (
            <option value={key} key={key} lang={key}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <dl class="facts">
        <dt>{device.site}</dt>
        <dd>
          {view.site}
          {view.zone !== undefined && <span class="quiet"> · {view.zone}</span>}
        </dd>
        <dt>{device.name}</dt>
        <dd>{view.device}</dd>
        <dt>{device.server}</dt>
        <dd>{view.server}</dd>
        <dt>{device.lastContact}</dt>
        <dd>{view.lastContactAt === undefined ? device.never : words.format.moment(view.lastContactAt, now)}</dd>
        {view.payloads !== undefined && (
          <>
            <dt>{device.source}</dt>
            <dd>
              {view.payloads.from === 'gateway' ? device.fromGateway(view.payloads.url) : device.fromServer}
              {view.payloads.from === 'server' && (
                <span class="source-why quiet">{whyNotNearby(view.payloads, words)}</span>
              )}
            </dd>
          </>
        )}
        <dt>{device.agent}</dt>
        <dd>{view.app.version}</dd>
        <dt>{device.build}</dt>
        <dd class="hash">{buildHash() ?? device.unknownBuild}</dd>
      </dl>
    </section>
  );
}
