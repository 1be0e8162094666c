import { describe, expect, it } from '@jest/globals';
import { drawRounds, realRounds } from './plan.js';
import { seeded } from './random.js';

const many = drawRounds(seeded(1), 300, 100);

describe('the rounds that are drawn', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(drawRounds(seeded(7), 12, 4)).toEqual(drawRounds(seeded(7), 12, 4));
    expect(drawRounds(seeded(7), 12, 4)).not.toEqual(drawRounds(seeded(8), 12, 4));
  });

  it('have every kind of kill in a dozen, whatever the seed', () => {
    for (const seed of [1, 2, 3]) {
      const rounds = drawRounds(seeded(seed), 12, 4);
      const kinds = rounds.flatMap(({ work, cuts }) => cuts.map(({ how }) => `${work} ${how}`));
      for (const work of ['upgrade', 'hops', 'restore', 'rollback']) {
        expect(kinds.join()).toContain(`${work} kill`);
        expect(rounds.some((round) => round.realTimes && round.work === work)).toBe(true);
      }
      for (const how of ['kill-node', 'kill-group', 'interrupt']) expect(kinds.join()).toContain(how);
      expect(rounds.filter((round) => round.realTimes)).toHaveLength(realRounds);
      expect(rounds.filter(({ cuts }) => cuts.length === 2).length).toBeGreaterThanOrEqual(3);
      expect(new Set(rounds.map(({ helm }) => helm))).toEqual(new Set(['3.22.0', '4.3.0']));
    }
  });

  it('lie mostly between the lock and the end of Helm, and in every other part too', () => {
    const anchors = many.flatMap(({ cuts }) => cuts.map(({ moment }) => moment.anchor));
    const share = (...wanted: readonly string[]): number =>
      anchors.filter((anchor) => wanted.includes(anchor)).length / anchors.length;
    expect(share('lock', 'helm', 'unlock')).toBeGreaterThan(0.5);
    for (const anchor of ['start', 'lock', 'helm', 'unlock', 'helm-ended']) expect(share(anchor)).toBeGreaterThan(0.02);
  });

  it('hold a request now and then, and let it pass at other times', () => {
    const held = many.flatMap(({ cuts }) => cuts.map(({ moment }) => moment.held));
    expect(new Set(held)).toEqual(new Set([true, false]));
  });
});
