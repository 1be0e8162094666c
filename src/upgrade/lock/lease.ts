import type { KubeObject } from '../../cluster/port.js';
import { isMap } from '../../values/tree.js';

/**
 * The Lease that keeps two runs off one release. Times as of client-go's leader election, but the clock of the holder is
 * never believed: a Lease is taken over only after it was seen unchanged for its whole duration.
 *
 * @see https://github.com/kubernetes/client-go/blob/master/tools/leaderelection/leaderelection.go
 */
export const leaseTimes = {
  /** A Lease that was not renewed for so long may be taken over. */
  durationMs: 30_000,
  renewEveryMs: 5_000,
  /** A renewal that failed is tried again after this. */
  retryMs: 1_000,
  /** So long after the last renewal was begun nothing is written any more. */
  writesStopMs: 20_000,
} as const;

/** A Lease of somebody else may ask for more time than ours, but not for ever. */
const longestDurationMs = 120_000;

export interface LeaseSpec {
  /** '' or absent: released. */
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  /** Grows with each change of the holder: the epoch. */
  readonly leaseTransitions?: number;
}

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

/** Name of the Lease and of the journal: one of each for a release in its namespace. */
export const recordName = (release: string): string => `milvus-upgrade-${release}`;

export const ourLabels = (release: string): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/managed-by': 'milvus-upgrade-action',
  'milvus-upgrade/release': release,
});

/** MicroTime has six digits behind the point. */
export const microTime = (at: number): string => new Date(at).toISOString().replace('Z', '000Z');

export const holderOf = (lease: Lease | undefined): string | undefined => {
  const holder = lease?.spec?.holderIdentity;
  return typeof holder === 'string' && holder !== '' ? holder : undefined;
};

export const epochOf = (lease: Lease | undefined): number => {
  const transitions = lease?.spec?.leaseTransitions;
  return typeof transitions === 'number' && Number.isSafeInteger(transitions) && transitions > 0 ? transitions : 0;
};

/** How long it has to be seen unchanged, in milliseconds. */
export function patienceFor(lease: Lease): number {
  const seconds = isMap(lease.spec) ? lease.spec.leaseDurationSeconds : undefined;
  const theirs = typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : 0;
  return Math.min(Math.max(theirs, leaseTimes.durationMs), longestDurationMs);
}

/** What changes when a holder renews: the clock of the holder is compared with itself alone. */
export const stampOf = (lease: Lease): string =>
  [lease.metadata.uid ?? '', lease.spec?.holderIdentity ?? '', epochOf(lease), lease.spec?.renewTime ?? ''].join('\n');

/** A Lease as its new holder writes it. */
export function takenLease(
  found: Lease | undefined,
  who: { readonly release: string; readonly namespace: string; readonly holder: string; readonly epoch: number },
  now: number,
): Lease {
  const spec: LeaseSpec = {
    holderIdentity: who.holder,
    leaseDurationSeconds: leaseTimes.durationMs / 1000,
    acquireTime: microTime(now),
    renewTime: microTime(now),
    leaseTransitions: who.epoch,
  };
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    ...found,
    metadata: {
      ...found?.metadata,
      name: recordName(who.release),
      namespace: who.namespace,
      labels: { ...found?.metadata.labels, ...ourLabels(who.release) },
    },
    spec,
  };
}
