import { describe, expect, it } from '@jest/globals';
import type { ObjectMeta } from '../../src/cluster/port.js';
import type { LiveWorkload } from '../../src/inspect/live-workloads.js';
import { ownerFacts } from '../../src/inspect/owners.js';
import { deployment } from '../upgrade/objects.js';

function marked(name: string, metadata: Partial<ObjectMeta>): LiveWorkload {
  const made = deployment(name, { image: 'x' });
  return {
    kind: 'Deployment',
    name,
    object: { ...made, apiVersion: 'apps/v1', metadata: { ...made.metadata, namespace: 'db', ...metadata, name } },
  };
}
const tracking = (value: string) => ({ annotations: { 'argocd.argoproj.io/tracking-id': value } });
const label = (key: string, value: string) => ({ labels: { [key]: value } });
const owner = (apiVersion: string, kind: string) => ({
  ownerReferences: [{ apiVersion, kind, name: 'search', uid: 'u' }],
});

describe('owners', () => {
  it.each<[string, Partial<ObjectMeta>, string, string, string | undefined]>([
    [
      'Argo CD by its annotation',
      tracking('my-app:apps/Deployment:db/a'),
      'argo-cd',
      'argocd.argoproj.io/tracking-id',
      'my-app',
    ],
    [
      'Argo CD in another namespace',
      tracking('argo_my-app:apps/Deployment:db/a'),
      'argo-cd',
      'argocd.argoproj.io/tracking-id',
      'argo_my-app',
    ],
    [
      'Argo CD by its own label',
      label('argocd.argoproj.io/instance', 'my-app'),
      'argo-cd',
      'argocd.argoproj.io/instance',
      'my-app',
    ],
    [
      "Flux's HelmRelease",
      label('helm.toolkit.fluxcd.io/name', 'milvus'),
      'flux',
      'helm.toolkit.fluxcd.io/name',
      'milvus',
    ],
    [
      "Flux's Kustomization",
      label('kustomize.toolkit.fluxcd.io/name', 'apps'),
      'flux',
      'kustomize.toolkit.fluxcd.io/name',
      'apps',
    ],
    ['the operator as owner', owner('milvus.io/v1beta1', 'Milvus'), 'milvus-operator', 'ownerReferences', 'search'],
    [
      'the operator by its label',
      label('app.kubernetes.io/managed-by', 'milvus-operator'),
      'milvus-operator',
      'app.kubernetes.io/managed-by',
      undefined,
    ],
  ])('%s', (_, metadata, who, evidence, name) => {
    expect(ownerFacts([marked('a', metadata)])).toEqual([
      { owner: who, evidence, objects: ['Deployment a'], ...(name === undefined ? {} : { name }) },
    ]);
  });

  it.each<[string, Partial<ObjectMeta>]>([
    [
      'what the chart itself writes',
      { labels: { 'app.kubernetes.io/instance': 'rel', 'app.kubernetes.io/managed-by': 'Helm' } },
    ],
    ['a tracking-id that was copied from another object', tracking('my-app:apps/Deployment:db/b')],
    ['one of the same name in another namespace', tracking('my-app:apps/Deployment:other/a')],
    ['a Milvus of somebody else', owner('example.com/v1', 'Milvus')],
  ])('are not told by %s', (_, metadata) => {
    expect(ownerFacts([marked('a', metadata)])).toEqual([]);
  });

  it('are told once with all objects, in a stable order', () => {
    const flux = label('helm.toolkit.fluxcd.io/name', 'milvus');
    const argo = tracking('my-app:apps/Deployment:db/c');
    const facts = ownerFacts([marked('b', flux), marked('a', flux), marked('c', argo)]);
    expect(facts.map(({ owner: who, objects }) => [who, objects])).toEqual([
      ['argo-cd', ['Deployment c']],
      ['flux', ['Deployment a', 'Deployment b']],
    ]);
  });

  it('keep no text of an annotation that is no name', () => {
    const [fact] = ownerFacts([marked('a', tracking('<img src=x> $(id):apps/Deployment:db/a'))]);
    expect(fact).toEqual({ owner: 'argo-cd', evidence: 'argocd.argoproj.io/tracking-id', objects: ['Deployment a'] });
  });
});
