import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { CodedError, codeOf, messageOf } from '@plumbline/shared/errors';
import { signInByIdentity } from '../../../platform/access/index.ts';
import { record } from '../../../platform/audit/index.ts';
import { IdentityError } from '../../../platform/ports/index.ts';
import type { Fleet, SignInBy } from '../../fleet.ts';
import { setSessionCookie, setTicketCookie, ticketCookie } from '../access/cookie.ts';
import { HttpError, type App } from '../edge.ts';
import { remoteAddress } from '../rate-limit.ts';
import { refusals, replies } from '../routes/reply.ts';
import { createFlights, FLIGHT_MS, type Flights } from './flights.ts';
import { limitSignIn, type Attempt } from './sign-in.ts';

const START = '/api/v1/session/identity';
const CALLBACK = `${START}/callback`;

const waysIn = z.object({
  /** Whether a name and a password of this server open anything. */
  password: z.boolean(),
  /** The identity provider by the name people know it by; null where there is none. */
  identity: z.object({ name: z.string() }).nullable(),
});
const away = (description: string) => ({ 302: { description }, ...refusals });

/** Signing in by an identity provider: OpenID Connect, authorization code with PKCE. */
export function addIdentity(app: App, fleet: Fleet, now: () => number): void {
  app.openapi(
    createRoute({ method: 'get', path: '/api/v1/ways-in', responses: replies('how people sign in', waysIn) }),
    async (context) => {
      const { settings } = fleet.signInBy ?? {};
      const identity = settings === undefined ? null : { name: settings.name };
      return context.json({ password: settings?.passwords !== 'off', identity }, 200);
    },
  );
  const flights = createFlights(now);
  const attempt = limitSignIn(fleet, now);
  addStart(app, fleet, flights, attempt);
  addCallback(app, fleet, now, flights, attempt);
}

function addStart(app: App, fleet: Fleet, flights: Flights, attempt: Attempt): void {
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: START,
    description: 'For browsers: goes to the identity provider, and from there to `to` of the console.',
    request: { query: z.object({ to: z.string().optional() }) },
    responses: away('to the identity provider'),
  });
  app.get(START, (context) =>
    answerPage(context, async () => {
      const { provider } = configured(fleet);
      return attempt(context, nameOf(context, 'leaving'), async () => {
        const { url, flight } = await provider.begin(callbackOf(fleet));
        const ticket = flights.open({ ...flight, to: pathOf(context.req.query('to'), fleet) });
        setTicketCookie(context, fleet, ticket, FLIGHT_MS);
        return context.redirect(url);
      });
    }),
  );
}

function addCallback(app: App, fleet: Fleet, now: () => number, flights: Flights, attempt: Attempt): void {
  const { database } = fleet;
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: CALLBACK,
    description: 'Where the identity provider sends the browser back to.',
    responses: away('to the console: signed in, or with the code of the refusal behind #'),
  });
  app.get(CALLBACK, (context) =>
    answerPage(context, async () => {
      const { provider, settings } = configured(fleet);
      const ticket = ticketCookie(context, fleet);
      // Whatever comes of it, nobody comes back by the same ticket.
      setTicketCookie(context, fleet, undefined, 0);
      return attempt(context, nameOf(context, 'coming'), async () => {
        try {
          const flight = ticket === undefined ? undefined : flights.take(ticket);
          if (flight === undefined) throw unknownFlight();
          // By the address we gave the provider, not by what this request says that we are called.
          const answer = new URL(`${callbackOf(fleet)}${new URL(context.req.url).search}`);
          const identity = await provider.finish(answer, flight);
          const session = await signInByIdentity({ database, now }, identity, settings.rules);
          setSessionCookie(context, fleet, session.id);
          return context.redirect(flight.to);
        } catch (error) {
          await noteRefusal(fleet, remoteAddress(context), error);
          throw error;
        }
      });
    }),
  );
}

/** A browser shows what it gets: a refusal becomes the page of signing in, with the code behind #, which no log sees. */
async function answerPage(context: Context, work: () => Promise<Response>): Promise<Response> {
  let code: string;
  try {
    const answer = await work();
    if (answer.status < 400) return answer;
    code = answer.status === 429 ? 'rate_limited' : 'internal_error';
  } catch (error) {
    if (!(error instanceof CodedError) || error instanceof HttpError) throw error;
    code = error.code;
  }
  return context.redirect(`/#${new URLSearchParams({ refused: code })}`);
}

/** The reason stands in the log and the audit; the answer has the code alone. */
async function noteRefusal({ database, log }: Fleet, from: string, error: unknown): Promise<void> {
  if (!(error instanceof IdentityError) || error.code === 'identity_unavailable') return;
  const reason = reasonOf(error.cause);
  log.warn({ code: error.code, reason, from }, 'sign-in by identity provider refused');
  const details = { code: codeOf(error), reason };
  await database.transaction((tx) =>
    record(tx, { actor: `address:${from}`, action: 'sessions.refuse', subject: 'access', details }),
  );
}

const MOST_REASON = 200;

/** Words of the library and the claim they are about: they hold no token, no code and no claim's value. */
function reasonOf(cause: unknown): string {
  if (cause === undefined) return 'no such flight';
  return [messageOf(cause), ...claimsNamed(cause)].join(': ').slice(0, MOST_REASON);
}

function claimsNamed(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const about: unknown = error.cause;
  if (about instanceof Error) return [about.message, ...claimsNamed(about)];
  const claim = typeof about === 'object' && about !== null && 'claim' in about ? about.claim : undefined;
  return typeof claim === 'string' ? [claim] : [];
}

function configured({ signInBy }: Fleet): SignInBy {
  if (signInBy !== undefined) return signInBy;
  throw new HttpError('no_such_route', 'no identity provider is configured', {
    kind: 'not-found',
    field: 'path',
    expected: 'PLUMBLINE_OIDC_ISSUER',
  });
}

function callbackOf(fleet: Fleet): string {
  return `${fleet.signInBy?.settings.consoleUrl ?? fleet.publicUrl}${CALLBACK}`;
}

/** A page of ours and of nobody else's, however it is spelled. */
function pathOf(to: string | undefined, { publicUrl }: Fleet): string {
  if (to === undefined || !to.startsWith('/') || !URL.canParse(to, publicUrl)) return '/';
  const { origin, pathname, search } = new URL(to, publicUrl);
  return origin === new URL(publicUrl).origin && !pathname.startsWith('//') ? `${pathname}${search}` : '/';
}

/** Nobody is named yet: who is refused again and again is known by where they are. */
function nameOf(context: Context, what: string): string {
  return `${what}:${remoteAddress(context)}`;
}

function unknownFlight(): IdentityError {
  return new IdentityError('identity_refused', 'no sign-in began in this browser, or it is over', {
    kind: 'unauthenticated',
    field: 'cookie',
    expected: `an answer within ${FLIGHT_MS / 60_000} minutes, once`,
  });
}
