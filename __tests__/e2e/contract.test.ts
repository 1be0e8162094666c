import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cases } from '../contract/cases.js';
import { exclusions } from '../contract/exclusions.js';
import { RealTheatre } from '../contract/real-theatre.js';
import { excludedPlays, playsOf } from '../contract/stage.js';
import { deferred } from './deferred.js';
import { useBed } from './harness.js';

/** The contract of __tests__/contract, held against an API server and Helm; the unit tests hold the model against it. */
const bed = useBed();
const plays = [...playsOf(cases), ...excludedPlays(exclusions, 'server')];
/** Most of the time of a case is waiting. */
const together = 6;

const seen = new Map(
  plays.map(({ title }) => [title, deferred<{ readonly value: unknown } | { readonly error: Error }>()]),
);
let theatre: RealTheatre | undefined;

beforeAll(async () => {
  const open = await RealTheatre.open(bed());
  theatre = open;
  const left = [...plays];
  const lane = async (): Promise<void> => {
    for (let play = left.shift(); play !== undefined; play = left.shift()) {
      const outcome = await open.play(play).then(
        (value) => ({ value }),
        (error: unknown) => ({ error: error instanceof Error ? error : new Error(String(error)) }),
      );
      seen.get(play.title)?.resolve(outcome);
    }
  };
  for (let n = 0; n < together; n += 1) void lane();
}, 900_000);

afterAll(() => theatre?.close());

describe('an API server with Helm', () => {
  it.each(plays.map(({ title, expected }) => [title, expected] as const))('%s', async (title, expected) => {
    const outcome = await seen.get(title)?.promise;
    if (outcome === undefined) throw new Error('it was not played');
    if ('error' in outcome) throw outcome.error;
    expect(outcome.value).toEqual(expected);
  });
});
