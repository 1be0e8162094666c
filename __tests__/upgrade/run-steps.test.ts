import { describe, expect, it } from '@jest/globals';
import { failed, Problem } from '../../src/problem.js';
import { runSteps } from '../../src/upgrade/run-steps.js';
import type { Step } from '../../src/upgrade/step.js';

type Moment = 'done' | 'intended' | 'act' | 'verify' | 'observed' | 'failed';

/** Walks two steps, and tells in order what was asked of them; `at` happens at one moment of the first. */
async function walked(
  at: Partial<Record<Moment, (abort: AbortController) => void>> = {},
  first: Partial<Step> = {},
  reason?: unknown,
) {
  const told: string[] = [];
  const abort = new AbortController();
  const tell = (moment: Moment, id: string, more = ''): void => {
    told.push(`${moment} ${id}${more}`);
    if (id === 'helm-upgrade') at[moment]?.(abort);
  };
  const step = (id: Step['id'], title: string): Step => ({
    id,
    title,
    done: () => {
      tell('done', id);
      return Promise.resolve(false);
    },
    intent: () => ({ from: 7 }),
    act: (signal) => {
      tell('act', id, signal === abort.signal ? '' : ' without the signal');
      return Promise.resolve();
    },
    verify: () => {
      tell('verify', id);
      return Promise.resolve({ revision: 8 });
    },
  });
  const steps = [{ ...step('helm-upgrade', 'Helm upgrade'), ...first }, step('rollout', 'Wait for the rollout')];
  const note =
    (moment: Moment) =>
    (id: string, what: unknown): Promise<void> => {
      tell(moment, id, ` ${JSON.stringify(what)}`);
      return Promise.resolve();
    };
  const notes = { intended: note('intended'), observed: note('observed'), failed: note('failed') };
  const events: unknown[] = [];
  const error = await runSteps(
    steps,
    (event) => {
      events.push(event);
      if ('state' in event) told.push(`${event.state} is told`);
    },
    abort.signal,
    notes,
  ).then(
    () => reason,
    (thrown: unknown) => thrown,
  );
  return { told, events, error };
}

const cancel = (abort: AbortController): void => {
  abort.abort();
};
const broken = failed({ id: 'broken', what: 'It broke.', remedy: 'Mend it.' });
const fail = (): void => {
  throw broken;
};
const first = ['done helm-upgrade', 'intended helm-upgrade {"from":7}', 'begun is told'];
const acted = [...first, 'act helm-upgrade', 'verify helm-upgrade', 'observed helm-upgrade {"revision":8}'];
const second = ['done rollout', 'intended rollout {"from":7}', 'begun is told', 'act rollout', 'verify rollout'];

describe('walking steps', () => {
  it('writes down what is meant before the act, and what was seen after it, step by step', async () => {
    const { told, events, error } = await walked();
    expect(error).toBeUndefined();
    expect(told).toEqual([...acted, 'done is told', ...second, 'observed rollout {"revision":8}', 'done is told']);
    expect(events.slice(0, 3)).toEqual([
      { type: 'step', step: 'helm-upgrade', state: 'begun', text: 'Helm upgrade' },
      { type: 'step', step: 'helm-upgrade', state: 'done', text: 'Helm upgrade: done' },
      { type: 'step', step: 'rollout', state: 'begun', text: 'Wait for the rollout' },
    ]);
  });

  it('passes over a step whose effect is there', async () => {
    const { told, events } = await walked({}, { done: () => Promise.resolve(true) });
    expect(told).toEqual(['already is told', ...second, 'observed rollout {"revision":8}', 'done is told']);
    expect(events[0]).toEqual({
      type: 'step',
      step: 'helm-upgrade',
      state: 'already',
      text: 'Helm upgrade: already done',
    });
  });

  it.each<[Moment, readonly string[]]>([
    ['done', first.slice(0, 1)],
    ['intended', first.slice(0, 2)],
    // The act had begun: what became of it is seen, and the next step is not begun.
    ['act', [...acted, 'done is told']],
    ['verify', [...acted, 'done is told']],
    ['observed', [...acted, 'done is told']],
  ])('begins nothing more when it is cancelled at %s', async (moment, expected) => {
    const { told, error } = await walked({ [moment]: cancel });
    expect(told).toEqual(expected);
    expect(error).toMatchObject({
      ending: 'failed',
      details: {
        id: 'cancelled',
        what: expect.stringContaining(expected.length < 4 ? 'Helm upgrade' : 'Wait for the rollout'),
      },
    });
  });

  it('says why the signal was aborted, where that is known', async () => {
    const { error } = await walked({
      done: (abort) => {
        abort.abort(broken);
      },
    });
    expect(error).toBe(broken);
  });

  it.each<[Moment, readonly string[], readonly string[]]>([
    ['done', first.slice(0, 1), []],
    ['intended', first.slice(0, 2), []],
    ['act', [...first, 'act helm-upgrade'], ['failed helm-upgrade "broken"']],
    ['verify', acted.slice(0, -1), ['failed helm-upgrade "broken"']],
    ['observed', acted, ['failed helm-upgrade "broken"']],
  ])('ends with the Problem of %s, which is written down of an act', async (moment, expected, note) => {
    const { told, error } = await walked({ [moment]: fail });
    expect(told).toEqual([...expected, ...note]);
    expect(error).toBe(broken);
  });

  it('ends with the cause also where that cannot be written down', async () => {
    const { told, error } = await walked({
      act: fail,
      failed: () => {
        throw new Error('not that either');
      },
    });
    expect(told.at(-1)).toBe('failed helm-upgrade "broken"');
    expect(error).toBe(broken);
  });

  it('writes no failure down in a run that is cancelled', async () => {
    const { told, error } = await walked({
      act: (abort) => {
        abort.abort();
        fail();
      },
    });
    expect(told).toEqual([...first, 'act helm-upgrade']);
    expect(error).toBeInstanceOf(Problem);
    expect(error).toBe(broken);
  });
});
