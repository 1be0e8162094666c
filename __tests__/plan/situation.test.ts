import { describe, expect, it } from '@jest/globals';
import { situationOf } from '../../src/plan/situation.js';
import type { Situation } from '../../src/plan/plan.js';
import type { ReleaseStatus, Values } from '../../src/helm/port.js';
import type { RouteChange } from '../../src/milvus/routes/route.js';
import { clusterComponents, facts, workload } from '../report/reports.js';
import { inspectionOf, newImage, oldImage, target } from './context.js';

interface Row {
  readonly title: string;
  /** What the components run; the last one repeats. */
  readonly runs: readonly string[];
  readonly healthy?: boolean;
  /** Whether the rollouts were ever over; by default the ill ones were not. */
  readonly completed?: boolean;
  readonly changes?: readonly RouteChange[];
  readonly stored?: Values;
  readonly status?: ReleaseStatus;
  readonly chart?: string;
  /** Image of the last revision. */
  readonly last?: string;
  readonly settled?: boolean;
  /** Image of the live templates, where it is not the last revision's. */
  readonly template?: string;
  /** A workload that the manifest wants is scaled to this. */
  readonly scaledTo?: number;
  readonly situation: Situation;
}

const mirror = 'registry.test/milvusdb/milvus:v2.4.23';

const mixcoord = { key: 'mixCoordinator.enabled', value: true, why: '' };

const rows: readonly Row[] = [
  {
    title: 'a value differs on a release that fell ill after its rollout: the checks of its health speak',
    runs: [newImage],
    healthy: false,
    completed: true,
    settled: false,
    situation: 'upgrade',
  },
  {
    title: 'the route changes values that the last revision does not have, on an ill release',
    runs: [newImage],
    healthy: false,
    settled: false,
    changes: [mixcoord],
    situation: 'upgrade',
  },
  {
    title: 'an unrelated revision failed before the route changes values',
    runs: [newImage],
    status: 'failed',
    settled: false,
    changes: [mixcoord],
    situation: 'upgrade',
  },
  {
    title: 'the revision with the changes of the route failed',
    runs: [newImage],
    status: 'failed',
    changes: [mixcoord],
    stored: { mixCoordinator: { enabled: true } },
    situation: 'apply-again',
  },
  { title: 'an older version runs', runs: [oldImage], last: oldImage, chart: '4.1.24', situation: 'upgrade' },
  { title: 'all of it is there', runs: [newImage], situation: 'nothing-to-do' },
  { title: 'a value differs', runs: [newImage], settled: false, situation: 'upgrade' },
  { title: 'another chart is asked for', runs: [newImage], chart: '4.2.19', situation: 'upgrade' },
  { title: 'a pod is not ready', runs: [newImage], healthy: false, situation: 'rollout-unfinished' },
  { title: 'some pods run the old image', runs: [oldImage, newImage], situation: 'rollout-unfinished' },
  {
    title: 'somebody set another image by hand: waiting would mend nothing',
    runs: [oldImage],
    template: oldImage,
    situation: 'upgrade',
  },
  {
    title: 'somebody scaled everything to zero: waiting would mend nothing',
    runs: [newImage],
    scaledTo: 0,
    situation: 'upgrade',
  },
  {
    title: 'all pods run another image than the deployed revision says',
    runs: [oldImage],
    situation: 'rollout-unfinished',
  },
  {
    title: 'a value differs and pods are not ready: the repair of an upgrade that never ended',
    runs: [newImage],
    healthy: false,
    settled: false,
    situation: 'apply-again',
  },
  {
    title: 'the same version is asked for from another place',
    runs: [mirror],
    last: mirror,
    settled: false,
    situation: 'upgrade',
  },
  {
    title: 'the same version is asked for from another place, because the first never pulls',
    runs: [oldImage, mirror],
    last: mirror,
    healthy: false,
    settled: false,
    situation: 'apply-again',
  },
  { title: 'the last revision failed and was for this', runs: [oldImage], status: 'failed', situation: 'apply-again' },
  {
    title: 'the last revision failed and was for this, and its pods are fine',
    runs: [newImage],
    status: 'failed',
    situation: 'apply-again',
  },
  {
    title: 'the last revision failed and was for another image',
    runs: [oldImage],
    status: 'failed',
    last: 'milvusdb/milvus:v2.4.20',
    situation: 'upgrade',
  },
  {
    title: 'the last revision failed and was for another chart',
    runs: [oldImage],
    status: 'failed',
    chart: '4.2.19',
    situation: 'upgrade',
  },
];

describe('where a run stands', () => {
  it.each([...rows])('$title: $situation', (row) => {
    const { runs, healthy = true, status = 'deployed', chart = '4.2.20', last = newImage, settled = true } = row;
    const images = clusterComponents.map((_, i) => runs[Math.min(i, runs.length - 1)] ?? '');
    const inspection = inspectionOf({
      record: {
        ...{ status, chart: { name: 'milvus', version: chart, appVersion: '' } },
        userValues: row.stored ?? {},
      },
      lastImage: last,
      facts: {
        components: facts('2.3.11', 4, chart).components.map((one, i) => ({ ...one, images: [images[i] ?? ''] })),
        workloads: clusterComponents.map((component) =>
          workload(component, row.template ?? last, {
            ...{ component, healthy, wanted: row.scaledTo ?? 1 },
            completed: row.completed ?? healthy,
          }),
        ),
      },
      manifest: clusterComponents.map((name) => ({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name },
        spec: { replicas: 1 },
      })),
    });
    expect(situationOf(inspection, target, '4.2.20', row.changes ?? [], settled)).toBe(row.situation);
  });
});
