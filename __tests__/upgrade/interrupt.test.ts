import { EventEmitter } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';
import { childrenMs, Interruption, overdueMs } from '../../src/upgrade/interrupt.js';
import { FakeClock, flush } from './fake-clock.js';

function setUp() {
  const source = new EventEmitter();
  const clock = new FakeClock();
  const overdue = jest.fn();
  const interruption = new Interruption({ source, clock, overdue });
  const drained = () => {
    const state: { value?: boolean } = {};
    void interruption.drained().then((value) => (state.value = value));
    return state;
  };
  return { source, clock, overdue, interruption, drained };
}

describe('Interruption', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s aborts its signal, once', (name) => {
    const { source, interruption } = setUp();
    expect(interruption.signal.aborted).toBe(false);
    source.emit(name);
    source.emit('SIGTERM');
    expect(interruption.signal.aborted).toBe(true);
    expect(interruption.by).toBe(name);
  });

  it('waits for a child that ends in time', async () => {
    const { source, clock, interruption, drained } = setUp();
    let end: () => void = () => undefined;
    void interruption.critical(new Promise<void>((resolve) => (end = resolve)));
    source.emit('SIGINT');
    await clock.advance(2000);
    const state = drained();
    await flush();
    expect(state.value).toBeUndefined();
    end();
    await flush();
    expect(state.value).toBe(true);
  });

  it('waits no longer than its time after the signal, however late it is asked', async () => {
    const { source, clock, interruption, drained } = setUp();
    void interruption.critical(new Promise(() => undefined));
    source.emit('SIGINT');
    await clock.advance(2000);
    const state = drained();
    await clock.advance(childrenMs - 2001);
    expect(state.value).toBeUndefined();
    await clock.advance(1);
    expect(state.value).toBe(false);
  });

  it('a child that failed has ended, and its error goes to whoever asked for it', async () => {
    const { interruption, drained } = setUp();
    await expect(interruption.critical(Promise.reject(new Error('helm')))).rejects.toThrow('helm');
    const state = drained();
    await flush();
    expect(state.value).toBe(true);
  });

  it('ends the process within 5 s of the signal whatever still hangs', async () => {
    const { source, clock, overdue } = setUp();
    source.emit('SIGINT');
    await clock.advance(overdueMs - 1);
    expect(overdue).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(overdue).toHaveBeenCalledTimes(1);
    expect(overdueMs).toBeLessThan(5000);
  });

  it('disposed in time does nothing more and gives the signals back', async () => {
    const { source, clock, overdue, interruption } = setUp();
    source.emit('SIGINT');
    interruption.dispose();
    await clock.advance(60_000);
    expect(overdue).not.toHaveBeenCalled();
    expect(clock.sleeping).toBe(0);
    expect(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM')).toBe(0);
  });
});
