import type { LinkProps } from '@tanstack/react-router';
import { PageLink } from '../../parts/address/links.tsx';

/** `kind:<id>` as a link to the page of what it names; a kind that has no page stays text. */
export function SubjectLink({ subject }: { subject: string }) {
  const target = pageOf(subject);
  if (target === undefined) return <>{subject}</>;
  return (
    <PageLink {...target} size="sm" style={{ overflowWrap: 'anywhere' }}>
      {subject}
    </PageLink>
  );
}

/** Subjects of alerts, and of the audit, which names more of them. */
export function pageOf(subject: string): LinkProps | undefined {
  const at = subject.indexOf(':');
  const kind = at < 0 ? subject : subject.slice(0, at);
  const id = subject.slice(at + 1);
  const [line = '', version = ''] = (id.split('/')[0] ?? '').split('@');
  switch (kind) {
    case 'device':
      return { to: '/devices/$device', params: { device: id } };
    case 'site':
      return { to: '/sites/$site', params: { site: id } };
    case 'region':
      return { to: '/sites', search: { q: id } };
    case 'rollout':
      return { to: '/rollouts/$id', params: { id } };
    case 'webhook':
      return { to: '/settings', search: { tab: 'webhooks', webhook: id } };
    case 'mail':
      return { to: '/alerts', search: { tab: 'mails' } };
    case 'alert-mute':
      return { to: '/alerts', search: { tab: 'mutes' } };
    case 'alert-rule':
      return { to: '/alerts', search: { tab: 'rules' } };
    case 'user':
      return { to: '/settings', search: { tab: 'users' } };
    case 'api-token':
      return { to: '/settings' };
    case 'group':
      return { to: '/settings', search: { tab: 'groups', group: id } };
    case 'policy':
      return { to: '/settings', search: { tab: 'policies', policy: id } };
    case 'run':
      return { to: '/data/runs/$id', params: { id } };
    case 'pipeline':
      return { to: '/data/pipelines/$name', params: { name: id } };
    case 'pipeline-run':
      return { to: '/data/pipeline-runs/$run', params: { run: id } };
    case 'dataset':
      return version === '' ? undefined : { to: '/data/datasets/$name/$version', params: { name: line, version } };
    case 'model':
      // A finding of drift names the line, the version and what has moved.
      if (id.includes('/')) return { to: '/drift/$line', params: { line } };
      return version === ''
        ? { to: '/models/$line', params: { line } }
        : { to: '/models/$line/$version', params: { line, version } };
    case 'line':
      return { to: '/models/$line', params: { line } };
    default:
      return undefined;
  }
}
