import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/port.js';
import { programChanges, programsOf } from '../../src/upgrade/back/images.js';

const template = (image: string) => ({ spec: { containers: [{ name: 'main', image }] } });

const bodies: Readonly<Record<string, (image: string) => object>> = {
  Deployment: (image) => ({ spec: { template: template(image) } }),
  StatefulSet: (image) => ({ spec: { template: template(image) } }),
  DaemonSet: (image) => ({ spec: { template: template(image) } }),
  ReplicaSet: (image) => ({ spec: { template: template(image) } }),
  Job: (image) => ({ spec: { template: template(image) } }),
  CronJob: (image) => ({ spec: { jobTemplate: { spec: { template: template(image) } } } }),
  Pod: template,
};

const objectOf = (kind: string, image: string): KubeObject => ({
  ...{ apiVersion: 'v1', kind, metadata: { name: 'x' } },
  ...bodies[kind]?.(image),
});

describe('the programs of a manifest', () => {
  it.each(Object.keys(bodies))('are found in a %s', (kind) => {
    expect(programsOf([objectOf(kind, 'one:1')])).toEqual([`${kind}/x/main one:1`]);
    const { workloads, others } = programChanges([objectOf(kind, 'one:1')], [objectOf(kind, 'one:2')]);
    const isRolledOut = kind === 'Deployment' || kind === 'StatefulSet';
    const images = [{ container: 'main', from: 'one:1', to: 'one:2' }];
    expect(workloads).toEqual(isRolledOut ? [{ kind, name: 'x', added: false, images }] : []);
    expect(others).toEqual(isRolledOut ? [] : [`${kind} x`]);
  });

  it('are compared whatever the order of the objects is', () => {
    const all = [objectOf('Job', 'one:1'), objectOf('Deployment', 'one:1')];
    expect(programsOf(all)).toEqual(programsOf(all.toReversed()));
  });

  it('do not count what has no name or image', () => {
    const containers = [{ name: 'main' }, { image: 'one:1' }, { name: 1, image: 'one:1' }, { name: 'main', image: 1 }];
    expect(programsOf([{ ...objectOf('Pod', ''), spec: { containers } }])).toEqual([]);
  });
});
