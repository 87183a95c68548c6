import { useEffect, useState } from 'preact/hooks';

export type Route =
  | { page: 'today' | 'ahead' | 'model' | 'tablet' }
  | { page: 'activity'; activity: string }
  /** The code may come with the address: a QR code that the camera app of the system opens. */
  | { page: 'enrol'; code: string };

const ACTIVITY = '#/activity/';
const ENROL = '#enrol=';

/** Pages stand behind the hash: any web server can host the app, and no server ever sees where somebody is in it. */
export function parseRoute(hash: string): Route {
  if (hash.startsWith(ENROL)) return { page: 'enrol', code: decoded(hash.slice(ENROL.length)) };
  if (hash.startsWith(ACTIVITY)) return { page: 'activity', activity: decoded(hash.slice(ACTIVITY.length)) };
  const page = hash.replace(/^#\//, '');
  return page === 'ahead' || page === 'model' || page === 'tablet' ? { page } : { page: 'today' };
}

export function hrefOf(route: Exclude<Route, { page: 'enrol' }>): string {
  if (route.page === 'activity') return ACTIVITY + encodeURIComponent(route.activity);
  return route.page === 'today' ? '#/' : `#/${route.page}`;
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => {
      setHash(location.hash);
      scrollTo(0, 0);
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return parseRoute(hash);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
