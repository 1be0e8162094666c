import { describe, expect, it } from '@jest/globals';
import type { ContainerStatus } from 'kubernetes-types/core/v1.js';
import type { ChangedWorkload } from '../../src/upgrade/back/images.js';
import { sideOfSpec, taleOf, type Side } from '../../src/upgrade/back/pods.js';
import type { Pod } from '../../src/upgrade/rollout/objects.js';

const [older, newer] = ['milvusdb/milvus:v2.3.11', 'milvusdb/milvus:v2.4.16'];

const workload = (changes: Partial<ChangedWorkload> = {}): ChangedWorkload => ({
  ...{ kind: 'Deployment', name: 'proxy', added: false },
  images: [{ container: 'main', from: older, to: newer }],
  ...changes,
});
const added: Partial<ChangedWorkload> = { added: true, images: [{ container: 'main', to: newer }] };
const newContainer: Partial<ChangedWorkload> = { images: [{ container: 'main', to: newer }] };
const two: Partial<ChangedWorkload> = {
  images: [
    { container: 'main', from: older, to: newer },
    { container: 'side', from: 'side:1', to: 'side:2' },
  ],
};

const spec = (images: Readonly<Record<string, string>>) => ({
  containers: Object.entries(images).map(([name, image]) => ({ name, image })),
});

describe('the template that a pod was made from', () => {
  it.each<[Side, Readonly<Record<string, string>>, Partial<ChangedWorkload>]>([
    ['newer', { main: newer }, {}],
    ['older', { main: older }, {}],
    ['neither', { main: 'milvusdb/milvus:v2.2.0' }, {}],
    ['neither', {}, {}],
    // Admission may put a mirror in front.
    ['newer', { main: `mirror.test/${newer}` }, {}],
    ['older', { main: `mirror.test/${older}` }, {}],
    ['older', {}, newContainer],
    ['neither', { main: older }, newContainer],
    ['newer', { main: newer }, newContainer],
    ['newer', { main: older }, added],
    ['newer', {}, added],
    ['newer', { main: older, side: 'side:2' }, two],
    ['newer', { main: 'other', side: 'side:2' }, two],
    ['neither', { main: older, side: 'side:3' }, two],
    ['older', { main: older, side: 'side:1' }, two],
  ])('%s: %j', (side, images, changes) => {
    expect(sideOfSpec(spec(images), workload(changes))).toBe(side);
  });
});

const waiting: ContainerStatus = {
  ...{ name: 'main', image: newer, imageID: '', ready: false, restartCount: 0, started: false },
  state: { waiting: { reason: 'ImagePullBackOff' } },
};

const pod = (changes: Partial<NonNullable<Pod['status']>> = {}, nodeName?: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'db' },
  spec: { ...spec({ main: newer }), ...(nodeName === undefined ? {} : { nodeName }) },
  status: changes,
});

describe('what a pod tells about its containers', () => {
  const { state, ...silent } = waiting;

  it.each<[string, Partial<ContainerStatus>]>([
    ['runs', { state: { running: {} } }],
    ['has ended', { state: { terminated: { exitCode: 1 } } }],
    ['ran before', { lastState: { running: {} } }],
    ['ended before', { lastState: { terminated: { exitCode: 1 } } }],
    ['was restarted', { restartCount: 1 }],
    ['was started', { started: true }],
    ['is ready', { ready: true }],
  ])('one %s', (_, change) => {
    const told = { ran: 'yes', text: `container main of it has started (${newer})` };
    expect(taleOf(pod({ containerStatuses: [{ ...waiting, ...change }] }), workload())).toEqual(told);
    // Without a state it is the same.
    expect(taleOf(pod({ containerStatuses: [{ ...silent, ...change }] }), workload())).toEqual(told);
  });

  it('none has run where it waits for its first start', () => {
    expect(taleOf(pod({ containerStatuses: [waiting] }, 'node'), workload())).toEqual({ ran: 'no' });
    expect(taleOf(pod({ containerStatuses: [silent] }, 'node'), workload())).toEqual({ ran: 'no' });
    expect(state).toBeDefined();
  });

  it.each<[string, Pod, object]>([
    ['it has no node yet', pod(), { ran: 'no' }],
    ['its node says nothing yet', pod({}, 'node'), { ran: 'unknown', text: 'its node has not told yet whether container main started' }],
    ['it was evicted', pod({ phase: 'Failed' }, 'node'), { ran: 'unknown', text: 'it has ended, and does not tell what it ran' }],
    ['it was evicted before it had a node', pod({ phase: 'Failed' }), { ran: 'unknown' }],
  ])('without a status where %s', (_, one, tale) => {
    expect(taleOf(one, workload())).toMatchObject(tale);
  }); // prettier-ignore

  it('a container that still has its old image says nothing, but in a workload that is new', () => {
    const running = { ...waiting, state: { running: {} } };
    const one = { ...pod({ containerStatuses: [running] }), spec: spec({ main: older }) };
    expect(taleOf(one, workload())).toEqual({ ran: 'no' });
    expect(taleOf(one, workload(added))).toMatchObject({ ran: 'yes' });
  });
});
