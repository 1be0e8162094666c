import { describe, expect, it } from '@jest/globals';
import { cases } from './cases.js';
import { exclusions } from './exclusions.js';
import { playOnModel } from './model-stage.js';
import { excludedPlays, playsOf } from './stage.js';

const plays = [...playsOf(cases), ...excludedPlays(exclusions, 'model')];

describe('the model', () => {
  it.each(plays.map((play) => [play.title, play] as const))('%s', async (_, play) => {
    expect(await playOnModel(play)).toEqual(play.expected);
  });
});
