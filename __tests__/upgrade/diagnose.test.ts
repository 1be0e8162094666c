import { describe, expect, it } from '@jest/globals';
import type { PodTrouble } from '../../src/report/report.js';
import { diagnose } from '../../src/upgrade/diagnose.js';
import { FakeClock } from './fake-clock.js';
import { FakeCluster } from './fake-cluster.js';
import { deployedPod, deployment, event, newImage, replicaSet, statefulPod, statefulSet } from './objects.js';

const proxy = { kind: 'Deployment', name: 'proxy', component: 'proxy', image: newImage } as const;
const etcd = { kind: 'StatefulSet', name: 'etcd' } as const;

async function after(cluster: FakeCluster, ms = 0): Promise<readonly PodTrouble[] | undefined> {
  const clock = new FakeClock();
  const state: { found?: readonly PodTrouble[] } = {};
  void diagnose(cluster, 'db', { workloads: [etcd, proxy], removed: [] }, clock).then((found) => (state.found = found));
  await clock.advance(ms);
  return state.found;
}

function crashing(): FakeCluster {
  const cluster = new FakeCluster();
  const pod = deployedPod('proxy', { waiting: 'CrashLoopBackOff', message: 'back-off 5m0s', restarts: 6 });
  cluster.put(
    deployment('proxy', { ready: 0 }),
    replicaSet('proxy'),
    pod,
    statefulSet('etcd'),
    statefulPod('etcd'),
    event(pod, 'BackOff', 'Back-off restarting\nfailed container', 2),
    event(pod, 'Pulled', 'Container image already present', 1),
    event(deployedPod('other'), 'BackOff', 'not ours'),
  );
  cluster.logs.set('proxy-h2-1/main/previous', 'panic: etcd\n::error::unreachable\n');
  return cluster;
}

describe('diagnose', () => {
  it('gives reasons, events in their order and the log of the container that crashed', async () => {
    const cluster = crashing();
    expect(await after(cluster)).toEqual([
      {
        pod: 'proxy-h2-1',
        workload: 'Deployment/proxy',
        reasons: [
          'CrashLoopBackOff',
          'container main: CrashLoopBackOff back-off 5m0s',
          'container main ended with exit code 137 (OOMKilled)',
          'container main restarted 6 times',
        ],
        events: [
          'Warning Pulled: Container image already present',
          'Warning BackOff: Back-off restarting failed container',
        ],
        logs: [{ container: 'main', lines: 'panic: etcd\n::error::unreachable\n' }],
      },
    ]);
    expect(cluster.requests).toContain('log proxy-h2-1/main/previous 40');
  });

  it('reads the running log of a container that is not ready', async () => {
    const cluster = crashing();
    cluster.put(deployedPod('proxy', 'running'));
    cluster.logs.set('proxy-h2-1/main', 'starting');
    expect(await after(cluster)).toMatchObject([{ logs: [{ container: 'main', lines: 'starting' }] }]);
  });

  it('asks for no log of a container that never started, and says why a pod was not scheduled', async () => {
    const cluster = crashing();
    cluster.put(deployedPod('proxy', 'unschedulable'));
    expect(await after(cluster)).toMatchObject([
      { reasons: ['Unschedulable', '0/3 nodes are available: 3 Insufficient memory.'], logs: [] },
    ]);
    expect(cluster.requests.some((one) => one.startsWith('log'))).toBe(false);
  });

  it('names an old pod that stays', async () => {
    const cluster = crashing();
    cluster.put(deployment('proxy'), deployedPod('proxy'), deployedPod('proxy', 'terminating', { revision: 1 }));
    expect(await after(cluster)).toMatchObject([{ pod: 'proxy-h1-1', reasons: ['Terminating'] }]);
  });

  it('shows the events of the ReplicaSet whose pods are refused', async () => {
    const cluster = crashing();
    cluster.remove(deployedPod('proxy'));
    cluster.put(event(replicaSet('proxy'), 'FailedCreate', 'exceeded quota: small'));
    expect(await after(cluster)).toMatchObject([
      { pod: '(not created)', workload: 'Deployment/proxy', events: ['Warning FailedCreate: exceeded quota: small'] },
    ]);
  });

  it('is bounded in pods and events', async () => {
    const cluster = crashing();
    cluster.put(deployment('proxy', { replicas: 30, ready: 0 }));
    for (let n = 1; n <= 30; n++) cluster.put(deployedPod('proxy', 'running', { n }));
    for (let n = 1; n <= 30; n++) cluster.put(event(deployedPod('proxy'), 'Unhealthy', String(n), n));
    const found = await after(cluster);
    expect(found).toHaveLength(10);
    expect(found?.[0]?.events).toHaveLength(20);
    expect(found?.[0]?.events.at(-1)).toBe('Warning Unhealthy: 30');
  });

  it('goes without what may not be read', async () => {
    const cluster = crashing();
    cluster.refused.add('events');
    expect(await after(cluster)).toMatchObject([{ pod: 'proxy-h2-1', events: [], logs: [{ container: 'main' }] }]);
    cluster.refused.add('pods');
    expect(await after(cluster)).toEqual([]);
  });

  it.each([
    ['events', [{ pod: 'proxy-h2-1', events: [], logs: [{ container: 'main' }] }]],
    ['pods', []],
  ])('goes without %s that do not come within 3 s', async (plural, found) => {
    const cluster = crashing();
    cluster.silent.add(plural);
    expect(await after(cluster, 2999)).toBeUndefined();
    expect(await after(cluster, 3000)).toMatchObject(found);
  });
});
