import { expect, it } from 'vitest';
import { createFlights, FLIGHT_MS } from './flights.ts';

const flight = { state: 's', nonce: 'n', verifier: 'v', to: '/' };

it('whoever left comes back once', () => {
  const flights = createFlights(() => 0);
  const ticket = flights.open(flight);
  expect(flights.take(ticket)).toEqual(flight);
  expect(flights.take(ticket)).toBeUndefined();
});

it('whoever stays away for longer than ten minutes begins anew', () => {
  let now = 0;
  const flights = createFlights(() => now);
  const [first, second] = [flights.open(flight), flights.open(flight)];
  now = FLIGHT_MS - 1;
  expect(flights.take(first)).toEqual(flight);
  now = FLIGHT_MS;
  expect(flights.take(second)).toBeUndefined();
});

it('a crowd of strangers takes no more memory than it may, and the newest comes back', () => {
  const flights = createFlights(() => 0);
  const first = flights.open(flight);
  let last = '';
  for (let i = 0; i < 10_000; i += 1) last = flights.open(flight);
  expect(flights.take(first)).toBeUndefined();
  expect(flights.take(last)).toEqual(flight);
});
