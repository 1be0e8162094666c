import type { Clock } from '../clock.js';
import type { Emit, Timed } from './events.js';

/** An `Emit` that gives each event its time, keeps it in `timeline` and hands it to `listener`. */
export function recorder(
  clock: Pick<Clock, 'now'>,
  timeline: Timed[],
  listener: (event: Timed) => void = () => undefined,
): Emit {
  return (event) => {
    const timed: Timed = { ...event, at: clock.now() };
    timeline.push(timed);
    listener(timed);
  };
}
