import type { KubeObject } from '../../src/cluster/port.js';
import { labelsOf } from '../../src/helm/attempt.js';
import { askedHash } from '../../src/operations/asked.js';
import { encodeJournal } from '../../src/upgrade/journal/codec.js';
import type { Journal } from '../../src/upgrade/journal/journal.js';
import { recordName, takenLease } from '../../src/upgrade/lock/lease.js';
import { readGiven } from '../../src/values/given.js';
import { namespace, newImage, recordOf, request, written } from '../plan/world.js';
import { plan } from '../report/reports.js';

/** What an earlier run has left of an upgrade from revision 1. */

export const attempt = 'fedcba9876543210';
export const openedAt = '2026-11-22T14:00:00.000Z';
export const earlierRun = 'https://github.example/octo-org/octo-repo/actions/runs/7';

/** The upgrade was begun, and nobody has seen its Helm end. */
export const journal = (changes: Partial<Journal> = {}): Journal => ({
  schema: 1,
  release: 'rel',
  namespace,
  attempt,
  asked: 'another hash',
  plan: plan({ release: 'rel', namespace }),
  epoch: 3,
  run: 'octo-org/octo-repo/7/1/upgrade',
  url: earlierRun,
  openedAt,
  openedBy: earlierRun,
  updatedAt: openedAt,
  hop: 0,
  base: 1,
  direction: 'forward',
  steps: [
    {
      id: 'helm-upgrade',
      hop: 0,
      epoch: 3,
      intendedAt: openedAt,
      intended: { from: 1, revision: 2, endsWithinMs: 83_000 },
    },
  ],
  ...changes,
});

export const journalObject = (changes: Partial<Journal> = {}): KubeObject => encodeJournal(journal(changes));

/** The hash of the inputs that `running` of session.ts gives. */
export const sameInputs = (): Promise<string> =>
  askedHash(request({ repository: './charts' }), readGiven({ files: [], inline: '', set: [] }).given)(attempt);

/** Revision 2 as that upgrade wrote it. */
export function ourRevision(status: 'pending-upgrade' | 'deployed' | 'failed'): KubeObject {
  const object = recordOf({
    ...{ revision: 2, status, chart: '4.2.20', appVersion: '2.4.16', shape: { image: newImage } },
    userValues: written('v2.4.23'),
  });
  const labels = { ...object.metadata.labels, ...labelsOf({ attempt, epoch: 3, base: 1 }, 1) };
  return { ...object, metadata: { ...object.metadata, labels } };
}

/** The lock as a run holds it that renewed it last at `renewedAt`, milliseconds since the epoch. */
export const leaseAt = (renewedAt: number, holder = 'octo-org/octo-repo/7/1/upgrade/0123'): KubeObject =>
  takenLease(undefined, { release: 'rel', namespace, holder, epoch: 3 }, renewedAt);

export const journalName = recordName('rel');
