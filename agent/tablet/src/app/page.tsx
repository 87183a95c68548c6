import { Activity } from '../pages/activity/activity.tsx';
import { Ahead } from '../pages/ahead/ahead.tsx';
import { Model } from '../pages/model/model.tsx';
import { Tablet } from '../pages/tablet/tablet.tsx';
import { Today } from '../pages/today/today.tsx';
import type { Route } from './router.ts';
import { useSite } from './site.tsx';
import { Waiting } from './waiting.tsx';

export function Page({ route }: { route: Route }) {
  const { view } = useSite();
  if (view === undefined) return <Waiting />;
  switch (route.page) {
    case 'ahead':
      return <Ahead view={view} />;
    case 'model':
      return <Model view={view} />;
    case 'tablet':
      return <Tablet view={view} />;
    case 'activity':
      return <Activity view={view} name={route.activity} key={route.activity} />;
    default:
      return <Today view={view} />;
  }
}
