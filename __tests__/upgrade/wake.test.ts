import { describe, expect, it } from '@jest/globals';
import { Wake } from '../../src/upgrade/wake.js';
import { FakeClock, flush } from './fake-clock.js';

function sleeping(wake: Wake, time: number) {
  const state = { awake: false };
  void wake.at(time).then(() => (state.awake = true));
  return state;
}

describe('Wake', () => {
  it('sleeps until its time', async () => {
    const clock = new FakeClock();
    const state = sleeping(new Wake(clock), clock.now() + 100);
    await clock.advance(99);
    expect(state.awake).toBe(false);
    await clock.advance(1);
    expect(state.awake).toBe(true);
  });

  it('is woken by a poke, also by one that came before', async () => {
    const clock = new FakeClock();
    const wake = new Wake(clock);
    const first = sleeping(wake, clock.now() + 100);
    wake.poke();
    await flush();
    expect(first.awake).toBe(true);

    wake.poke();
    const second = sleeping(wake, clock.now() + 100);
    await flush();
    expect(second.awake).toBe(true);

    const third = sleeping(wake, clock.now() + 100);
    await flush();
    expect(third.awake).toBe(false);
    expect(clock.sleeping).toBe(1);
  });
});
