import type { KubeEvent } from './objects.js';

/** When an event was last seen, by the server's clock, in milliseconds; 0 when it does not say. */
export function eventTime(event: KubeEvent): number {
  const text =
    event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? 0 : time;
}

/** The newest of the events with one of these reasons. */
export function newest(events: readonly KubeEvent[], reasons: readonly string[]): KubeEvent | undefined {
  return events
    .filter((event) => event.reason !== undefined && reasons.includes(event.reason))
    .reduce<KubeEvent | undefined>(
      (best, event) => (best === undefined || eventTime(event) > eventTime(best) ? event : best),
      undefined,
    );
}

/** The newest event of the first kind, unless one of the second kind came after it. Compares server times only. */
export function standing(
  events: readonly KubeEvent[],
  reasons: readonly string[],
  overruledBy: readonly string[],
): KubeEvent | undefined {
  const event = newest(events, reasons);
  const later = newest(events, overruledBy);
  return event !== undefined && (later === undefined || eventTime(event) >= eventTime(later)) ? event : undefined;
}

/** Reasons whose events the detectors ask for; listed by reason, so that one request serves all pods. */
export const reasons = {
  scalingUp: ['TriggeredScaleUp', 'Nominated'],
  notScaling: ['NotTriggerScaleUp'],
  notCreated: ['FailedCreate'],
  created: ['SuccessfulCreate'],
  notMounted: ['FailedMount', 'FailedAttachVolume'],
  mounted: ['Pulling', 'Pulled', 'Created'],
} as const satisfies Record<string, readonly string[]>;
