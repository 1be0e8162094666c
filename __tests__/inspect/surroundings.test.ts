import { describe, expect, it } from '@jest/globals';
import type { Cluster, KubeList, KubeObject, Resource } from '../../src/cluster/port.js';
import type { LiveWorkload } from '../../src/inspect/live-workloads.js';
import { readSurroundings, surroundingFacts } from '../../src/inspect/surroundings.js';
import { failed } from '../../src/problem.js';
import { deployment, statefulSet } from '../upgrade/objects.js';

const object = (kind: string, name: string, spec: object, more: object = {}): KubeObject => ({
  apiVersion: 'x/v1',
  kind,
  metadata: { name, namespace: 'db' },
  spec,
  ...more,
});

/** A cluster that lists these objects; `refuse` gives the problem's id for a plural. */
function clusterOf(
  objects: readonly KubeObject[],
  refuse: (plural: string) => string | undefined = () => undefined,
  serves = true,
) {
  const together: string[] = [];
  const cluster: Pick<Cluster, 'list' | 'resourceFor'> = {
    resourceFor: (apiVersion, kind) => {
      together.push(`discover ${kind}`);
      const id = refuse('discovery');
      if (id !== undefined) return Promise.reject(failed({ id, what: 'No discovery.', remedy: '' }));
      const [group = '', version = ''] = apiVersion.split('/');
      return Promise.resolve(serves ? { group, version, plural: 'scaledobjects', kind, namespaced: true } : undefined);
    },
    list: <T extends KubeObject>({ plural, kind }: Resource): Promise<KubeList<T>> => {
      together.push(plural);
      const id = refuse(plural);
      if (id !== undefined) return Promise.reject(failed({ id, what: `The list of ${plural} broke.`, remedy: '' }));
      return Promise.resolve({ items: objects.filter((one): one is T => one.kind === kind), resourceVersion: '1' });
    },
  };
  return { cluster, together };
}

const labelled = (name: string, labels: Record<string, string>, volumes: readonly object[] = []): LiveWorkload => {
  const made = deployment(name, { image: 'x' });
  return {
    kind: 'Deployment',
    name,
    object: {
      ...made,
      spec: { ...made.spec, template: { metadata: { labels }, spec: { containers: [], volumes } } },
    } as unknown as LiveWorkload['object'],
  };
};
const etcd: LiveWorkload = {
  kind: 'StatefulSet',
  name: 'rel-etcd',
  object: {
    ...statefulSet('rel-etcd'),
    spec: {
      template: { metadata: { labels: { app: 'etcd' } } },
      volumeClaimTemplates: [{ metadata: { name: 'data' } }],
    },
  } as unknown as LiveWorkload['object'],
};
const proxy = labelled('rel-milvus-proxy', { component: 'proxy', app: 'milvus' });
const node = labelled('rel-milvus-querynode', { component: 'querynode', app: 'milvus' }, [
  { name: 'x', persistentVolumeClaim: { claimName: 'scratch' } },
]);
const workloads = [proxy, node, etcd];

const factsOf = async (objects: readonly KubeObject[], refuse?: (plural: string) => string | undefined) =>
  surroundingFacts(await readSurroundings(clusterOf(objects, refuse).cluster, 'db'), workloads);
const values = <T>(fact: { readonly known: true; readonly value: T } | { readonly known: false }): T | undefined =>
  fact.known ? fact.value : undefined;

describe('autoscalers', () => {
  const hpa = (name: string, target: string, more: object = {}) =>
    object('HorizontalPodAutoscaler', name, {
      scaleTargetRef: { kind: 'Deployment', name: target },
      maxReplicas: 5,
      ...more,
    });
  const scaled = (name: string, target: object) => object('ScaledObject', name, { scaleTargetRef: target });

  it('are those of the release, sorted, with their limits', async () => {
    const { autoscalers } = await factsOf([
      hpa('z', 'rel-milvus-querynode', { minReplicas: 2 }),
      hpa('a', 'rel-milvus-proxy'),
      hpa('other', 'other-milvus-proxy'),
      scaled('k', { name: 'rel-milvus-querynode' }),
      scaled('set', { kind: 'StatefulSet', name: 'rel-etcd' }),
      scaled('wrong-kind', { kind: 'StatefulSet', name: 'rel-milvus-proxy' }),
    ]);
    expect(values(autoscalers.horizontal)).toEqual([
      { kind: 'HorizontalPodAutoscaler', name: 'a', workload: 'Deployment rel-milvus-proxy', min: 1, max: 5 },
      { kind: 'HorizontalPodAutoscaler', name: 'z', workload: 'Deployment rel-milvus-querynode', min: 2, max: 5 },
    ]);
    expect(values(autoscalers.keda)).toEqual([
      { kind: 'ScaledObject', name: 'k', workload: 'Deployment rel-milvus-querynode', min: 0, max: 100 },
      { kind: 'ScaledObject', name: 'set', workload: 'StatefulSet rel-etcd', min: 0, max: 100 },
    ]);
  });

  it('that KEDA made are told once, and told all the same where ScaledObjects may not be listed', async () => {
    const made = {
      ...hpa('keda-hpa-k', 'rel-milvus-proxy'),
      metadata: {
        name: 'keda-hpa-k',
        ownerReferences: [{ apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'k', uid: 'u' }],
      },
    };
    expect(values((await factsOf([made])).autoscalers.horizontal)).toEqual([]);
    const { autoscalers } = await factsOf([made], (plural) => (plural === 'scaledobjects' ? 'forbidden' : undefined));
    expect(values(autoscalers.horizontal)?.map(({ name }) => name)).toEqual(['keda-hpa-k']);
    expect(autoscalers.keda).toEqual({ known: false, reason: 'the credentials may not list scaledobjects.keda.sh' });
  });

  it('of a KEDA that is not there are none, without a right to list them', async () => {
    const { cluster, together } = clusterOf([], () => undefined, false);
    const { keda } = await readSurroundings(cluster, 'db');
    expect(keda).toMatchObject({ known: true, value: [] });
    expect(together).not.toContain('scaledobjects');
  });
});

describe('disruption budgets', () => {
  const budget = (name: string, selector: unknown, allowed?: number) =>
    object(
      'PodDisruptionBudget',
      name,
      { selector },
      allowed === undefined ? {} : { status: { disruptionsAllowed: allowed } },
    );
  const expression = (key: string, operator: string, ...all: readonly string[]) => ({
    matchExpressions: [{ key, operator, values: all }],
  });

  it.each<[string, unknown, readonly string[]]>([
    ['labels', { matchLabels: { app: 'milvus', component: 'proxy' } }, ['Deployment rel-milvus-proxy']],
    ['other labels', { matchLabels: { app: 'other' } }, []],
    [
      'In',
      expression('component', 'In', 'proxy', 'querynode'),
      ['Deployment rel-milvus-proxy', 'Deployment rel-milvus-querynode'],
    ],
    ['NotIn', expression('component', 'NotIn', 'proxy'), ['Deployment rel-milvus-querynode', 'StatefulSet rel-etcd']],
    ['Exists', expression('component', 'Exists'), ['Deployment rel-milvus-proxy', 'Deployment rel-milvus-querynode']],
    ['DoesNotExist', expression('component', 'DoesNotExist'), ['StatefulSet rel-etcd']],
    ['an operator that is not known', expression('component', 'Like', 'proxy'), []],
    [
      'an empty selector',
      {},
      ['Deployment rel-milvus-proxy', 'Deployment rel-milvus-querynode', 'StatefulSet rel-etcd'],
    ],
    ['no selector', undefined, []],
  ])('select by %s', async (_, selector, selected) => {
    const { disruptionBudgets } = await factsOf([budget('b', selector, 1)]);
    expect(values(disruptionBudgets)).toEqual(
      selected.length === 0 ? [] : [{ name: 'b', workloads: selected, disruptionsAllowed: 1 }],
    );
  });

  it('whose state is not there yet allow nothing', async () => {
    const { disruptionBudgets } = await factsOf([budget('b', {})]);
    expect(values(disruptionBudgets)).toMatchObject([{ disruptionsAllowed: 0 }]);
  });
});

describe('claims', () => {
  const claim = (name: string, spec: object = {}) =>
    object('PersistentVolumeClaim', name, {
      storageClassName: 'fast',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '10Gi' } },
      ...spec,
    });

  it('are those that workloads of the release use, by template or by name', async () => {
    const { claims } = await factsOf([
      claim('scratch', { storageClassName: undefined, accessModes: ['ReadWriteMany', 'ReadOnlyMany'] }),
      claim('data-rel-etcd-1'),
      claim('data-rel-etcd-0'),
      claim('data-rel-etcd-old'),
      claim('other-rel-etcd-0'),
      claim('data-other-etcd-0'),
    ]);
    const members = {
      workload: 'StatefulSet rel-etcd',
      storageClass: 'fast',
      size: '10Gi',
      accessModes: ['ReadWriteOnce'],
    };
    expect(values(claims)).toEqual([
      { name: 'data-rel-etcd-0', ...members },
      { name: 'data-rel-etcd-1', ...members },
      {
        name: 'scratch',
        workload: 'Deployment rel-milvus-querynode',
        size: '10Gi',
        accessModes: ['ReadOnlyMany', 'ReadWriteMany'],
      },
    ]);
  });
});

describe('what may not be read', () => {
  it.each([
    ['forbidden', 'the credentials may not list poddisruptionbudgets.policy'],
    ['not-served', 'the cluster does not serve what is needed to list poddisruptionbudgets.policy'],
    ['server-error', 'The list of poddisruptionbudgets broke.'],
  ])('is unknown with its reason: %s', async (id, reason) => {
    const { disruptionBudgets, claims } = await factsOf([], (plural) =>
      plural === 'poddisruptionbudgets' ? id : undefined,
    );
    expect(disruptionBudgets).toEqual({ known: false, reason });
    expect(claims.known).toBe(true);
  });

  it('is unknown where even discovery is refused', async () => {
    const { autoscalers } = await factsOf([], (plural) => (plural === 'discovery' ? 'forbidden' : undefined));
    expect(autoscalers.keda).toEqual({
      known: false,
      reason: 'the credentials may not discover ScaledObject of keda.sh/v1alpha1',
    });
  });

  it('does not hide a bug', async () => {
    const cluster = { ...clusterOf([]).cluster, list: () => Promise.reject(new TypeError('a bug')) };
    await expect(readSurroundings(cluster, 'db')).rejects.toThrow('a bug');
  });

  it('is asked for at once, without waiting for one another', () => {
    const { cluster, together } = clusterOf([]);
    void readSurroundings(cluster, 'db');
    expect(together.sort()).toEqual([
      'discover ScaledObject',
      'horizontalpodautoscalers',
      'persistentvolumeclaims',
      'poddisruptionbudgets',
    ]);
  });
});
