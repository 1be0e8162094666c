import { describe, expect, it } from '@jest/globals';
import type { Cluster, KubeObject, Resource } from '../../src/cluster/port.js';
import type { ReleaseRecord } from '../../src/helm/port.js';
import { attemptLabels } from '../../src/helm/attempt.js';
import { decodeRecord } from '../../src/helm/record.js';
import { keyOf } from '../../src/plan/compare/objects.js';
import { failed } from '../../src/problem.js';
import { comparePending, comparisonInWords, stampOf } from '../../src/upgrade/pending/compare.js';
import { lookAtLive, type Found, type LiveLook } from '../../src/upgrade/pending/live.js';
import { isOurs, revisionBefore, type ExpectedRevision } from '../../src/upgrade/pending/whose.js';
import { release, secret } from '../helm/support.js';

type Fields = Readonly<Record<string, unknown>>;

const object = (kind: string, name: string, fields: Fields = {}, metadata: Fields = {}): KubeObject => ({
  apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
  kind,
  ...fields,
  metadata: { name, namespace: 'db', ...metadata },
});

/** A Deployment as a chart renders it. */
const app = (image: string, more: Fields = {}, spec: Fields = {}): KubeObject =>
  object('Deployment', 'app', {
    spec: { template: { spec: { containers: [{ name: 'c', image, ...more }] } }, ...spec },
  });

/** The same as the server keeps it: with defaults, a sidecar in front, and a status. */
const liveApp = (image: string, more: Fields = {}, spec: Fields = {}, metadata: Fields = {}): KubeObject =>
  object(
    'Deployment',
    'app',
    {
      spec: {
        replicas: 1,
        template: {
          spec: {
            restartPolicy: 'Always',
            containers: [
              { name: 'sidecar', image: 'mesh:1' },
              { name: 'c', image, imagePullPolicy: 'IfNotPresent', ...more },
            ],
          },
        },
        ...spec,
      },
      status: { readyReplicas: 1 },
    },
    { uid: 'u', generation: 3, resourceVersion: '9', ...metadata },
  );

const map = (data: Fields): KubeObject => object('ConfigMap', 'm', { data });
const hidden = (data: Fields): KubeObject => object('Secret', 's', data);

const look = (...entries: readonly (readonly [KubeObject, Found])[]): LiveLook =>
  new Map(entries.map(([one, found]) => [keyOf(one), found]));

const stateOf = (before: KubeObject | undefined, pending: KubeObject | undefined, found: Found): string | undefined => {
  const subject = pending ?? before ?? map({});
  const objects = (one: KubeObject | undefined) => (one === undefined ? [] : [one]);
  return comparePending(
    { revision: 7, objects: objects(before) },
    { revision: 8, objects: objects(pending) },
    look([subject, found]),
  ).objects[0]?.state;
};

const scale = { managedFields: [{ manager: 'kube-controller-manager', subresource: 'scale' }] };
const probe = { livenessProbe: { httpGet: { path: '/', port: 1 } } };
const fullProbe = { livenessProbe: { httpGet: { path: '/', port: 1, scheme: 'HTTP' }, periodSeconds: 10 } };
const keep = { annotations: { 'helm.sh/resource-policy': 'keep' } };
const cpu = (amount: unknown): Fields => ({ resources: { requests: { cpu: amount } } });

describe('comparePending', () => {
  it.each<readonly [string, KubeObject | undefined, KubeObject | undefined, Found, string]>([
    ['as it was', app('i:1'), app('i:2'), { object: liveApp('i:1') }, 'before'],
    ['as it shall be', app('i:1'), app('i:2'), { object: liveApp('i:2') }, 'pending'],
    ['changed by somebody else', app('i:1'), app('i:2'), { object: liveApp('i:9') }, 'neither'],
    ['half and half', app('i:1', { command: ['a'] }), app('i:2', { command: ['b'] }), { object: liveApp('i:2', { command: ['a'] }) }, 'neither'],
    ['the same in both manifests', app('i:1'), app('i:1'), { object: liveApp('i:9') }, 'equal'],
    ['gone', app('i:1'), app('i:2'), 'missing', 'missing'],
    ['not readable', app('i:1'), app('i:2'), 'unknown', 'unknown'],
    ['not made yet', undefined, app('i:2'), 'missing', 'before'],
    ['made', undefined, app('i:2'), { object: liveApp('i:2') }, 'pending'],
    ['not deleted yet', app('i:1'), undefined, { object: liveApp('i:1') }, 'before'],
    ['deleted', app('i:1'), undefined, 'missing', 'pending'],
    ['dropped, but kept on purpose', app('i:1'), undefined, { object: liveApp('i:1', {}, {}, keep) }, 'equal'],
    // What the server fills in, and how it writes amounts.
    ['new field with defaults in it', app('i'), app('i', probe), { object: liveApp('i', fullProbe) }, 'pending'],
    ['new field that is not there', app('i'), app('i', probe), { object: liveApp('i') }, 'before'],
    ['field that was dropped', app('i', probe), app('i'), { object: liveApp('i') }, 'pending'],
    ['field that is still there', app('i', probe), app('i'), { object: liveApp('i', fullProbe) }, 'before'],
    ['dropped field, back at a default', app('i', {}, { minReadySeconds: 9 }), app('i'), { object: liveApp('i', {}, { minReadySeconds: 0 }) }, 'pending'],
    ['amount in the spelling of the server', app('i', cpu('1000m')), app('i', cpu(2)), { object: liveApp('i', cpu('2')) }, 'pending'],
    ['amount as it was', app('i', cpu('1000m')), app('i', cpu(2)), { object: liveApp('i', cpu('1')) }, 'before'],
    ['only another spelling', app('i', cpu('1000m')), app('i', cpu(1)), { object: liveApp('i', cpu('1')) }, 'equal'],
    ['empty object that the server drops', app('i:1', { securityContext: {} }), app('i:2'), { object: liveApp('i:2') }, 'pending'],
    ['empty object in an empty object', app('i:1', { resources: { limits: {} } }), app('i:2'), { object: liveApp('i:2', { resources: {} }) }, 'pending'],
    ['default that was said aloud', app('i:1', { imagePullPolicy: 'IfNotPresent' }), app('i:2'), { object: liveApp('i:2') }, 'pending'],
    ['default that will be said aloud', app('i:1'), app('i:2', { imagePullPolicy: 'IfNotPresent' }), { object: liveApp('i:1') }, 'before'],
    ['default that came for another', app('i', { imagePullPolicy: 'IfNotPresent' }), app('i', {}, { replicas: 1 }), { object: liveApp('i') }, 'equal'],
    // An autoscaler or a person changed the number since: it tells nothing.
    ['replicas set by Helm', app('i', {}, { replicas: 1 }), app('i', {}, { replicas: 2 }), { object: liveApp('i', {}, { replicas: 2 }) }, 'pending'],
    ['replicas that were scaled', app('i:1', {}, { replicas: 1 }), app('i:2', {}, { replicas: 2 }), { object: liveApp('i:2', {}, { replicas: 5 }, scale) }, 'pending'],
    ['data', map({ a: '1', b: 'x' }), map({ a: '2', b: 'x' }), { object: map({ a: '2', b: 'y' }) }, 'pending'],
    ['data that the server encodes', hidden({ stringData: { k: 'one' } }), hidden({ stringData: { k: 'two' } }), { object: hidden({ data: { k: 'dHdv' } }) }, 'pending'],
    ['another API version', { ...map({ a: '1' }), apiVersion: 'v1beta1' }, map({ a: '1' }), { object: map({ a: '1' }) }, 'equal'],
  ])('an object that is %s', (_what, before, pending, found, expected) => {
    expect(stateOf(before, pending, found)).toBe(expected);
  }); // prettier-ignore

  it('has every object of both manifests once, those that are dropped last', () => {
    const [one, two, three] = [object('Service', 'a'), object('Service', 'b'), object('Service', 'c')];
    const comparison = comparePending(
      { revision: 7, objects: [one, two] },
      { revision: 8, objects: [three, two] },
      new Map(),
    );
    expect(comparison.objects).toEqual([
      { kind: 'Service', name: 'c', state: 'unknown' },
      { kind: 'Service', name: 'b', state: 'unknown' },
      { kind: 'Service', name: 'a', state: 'unknown' },
    ]);
    expect([comparison.before, comparison.pending]).toEqual([7, 8]);
  });
});

describe('comparisonInWords', () => {
  const one = (state: 'before' | 'pending' | 'equal' | 'neither' | 'missing' | 'unknown', name = 'a') => ({
    kind: 'Service',
    name,
    state,
  });
  it.each([
    [7, [one('pending'), one('pending'), one('before')], '2 of 3 objects are of revision 8, 1 still of revision 7'],
    [undefined, [one('pending'), one('before')], '1 of 2 objects is of revision 8, 1 not made yet'],
    [7, [one('pending')], '1 of 1 object is of revision 8'],
    [
      7,
      [one('equal'), one('neither', 'x'), one('missing', 'y'), one('unknown', 'z')],
      '0 of 4 objects are of revision 8, 1 the same in both, 1 of neither (Service x), 1 missing (Service y), 1 not readable (Service z)',
    ],
    [
      7,
      ['a', 'b', 'c', 'd'].map((name) => one('missing', name)),
      '0 of 4 objects are of revision 8, 4 missing (Service a, Service b, Service c, and 1 more)',
    ],
  ])('after revision %s, %j', (before, objects, expected) => {
    const comparison = { ...(before === undefined ? {} : { before }), pending: 8, objects };
    expect(comparisonInWords(comparison)).toBe(expected);
  });
});

describe('stampOf', () => {
  const before = [app('i:1', {}, { replicas: 1 })];
  const pending = [app('i:2', {}, { replicas: 2 })];
  const stamp = (found: Found): string => stampOf(before, pending, look([app(''), found]));
  const still = stamp({ object: liveApp('i:1') });

  it.each<readonly [string, Found]>([
    ['a status', { object: { ...liveApp('i:1', {}, {}, { resourceVersion: '10' }), status: {} } }],
    ['a field that no manifest names', { object: liveApp('i:1', {}, {}, { annotations: { x: 'y' }, generation: 4 }) }],
  ])('stays the same after a change of %s', (_what, found) => {
    expect(stamp(found)).toBe(still);
  });

  it.each<readonly [string, Found]>([
    ['an image', { object: liveApp('i:2') }],
    ['replicas', { object: liveApp('i:1', {}, { replicas: 2 }) }],
    ['identity', { object: liveApp('i:1', {}, {}, { uid: 'other' }) }],
    ['deletion', { object: liveApp('i:1', {}, {}, { deletionTimestamp: 't' }) }],
    ['existence', 'missing'],
    ['what may be read', 'unknown'],
  ])('is another one after a change of %s', (_what, found) => {
    expect(stamp(found)).not.toBe(still);
  });

  it('does not follow an autoscaler', () => {
    const at = (replicas: number): string => stamp({ object: liveApp('i:1', {}, { replicas }, scale) });
    expect(at(3)).toBe(at(4));
  });
});

describe('lookAtLive', () => {
  const resource = (kind: string, namespaced = true): Resource => ({
    group: '',
    version: 'v1',
    plural: kind,
    kind,
    namespaced,
  });
  const served: Readonly<Partial<Record<string, Resource>>> = {
    'v1/ConfigMap': resource('ConfigMap'),
    'v1/Secret': resource('Secret'),
    'v1/Node': resource('Node', false),
  };
  const asked: string[] = [];
  const cluster = (reason = 'forbidden'): Pick<Cluster, 'get' | 'resourceFor'> => ({
    resourceFor: (apiVersion, kind) => Promise.resolve(served[`${apiVersion}/${kind}`]),
    get: <T extends KubeObject>({ kind }: Resource, name: string, namespace?: string) => {
      asked.push(`${kind} ${name} ${namespace ?? '-'}`);
      if (kind === 'Secret') return Promise.reject(failed({ id: reason, what: 'no', remedy: '' }));
      return Promise.resolve(name === 'm' ? (map({ a: '1' }) as unknown as T) : undefined);
    },
  });
  const node: KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } };
  const old = { ...map({}), apiVersion: 'v1beta1' };

  it('finds what is there, what is not, and what may not be read, each asked for once', async () => {
    const seen = await lookAtLive(cluster(), 'db', [map({}), hidden({}), object('Pod', 'p')], [map({}), node, old]);
    expect([...seen]).toEqual([
      [keyOf(map({})), { object: map({ a: '1' }) }],
      [keyOf(hidden({})), 'unknown'],
      [keyOf(object('Pod', 'p')), 'unknown'],
      [keyOf(node), 'missing'],
    ]);
    expect(asked).toEqual(['ConfigMap m db', 'Secret s db', 'Node n -']);
  });

  it('takes the API version that is served', async () => {
    expect((await lookAtLive(cluster(), 'db', [old], [map({})])).get(keyOf(old))).toEqual({ object: map({ a: '1' }) });
  });

  it('does not take another failure for an object that may not be read', async () => {
    await expect(lookAtLive(cluster('unreachable'), 'db', [hidden({})])).rejects.toThrow('no');
  });
});

const record = (revision: number, status: string, changes: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  ...decodeRecord(secret(release({ version: revision, info: { status } }))),
  ...changes,
});

describe('isOurs', () => {
  const labels = {
    [attemptLabels.attempt]: 'abc',
    [attemptLabels.from]: '7',
    [attemptLabels.base]: '7',
    [attemptLabels.epoch]: '1',
  };
  const back: ExpectedRevision = {
    attempt: 'abc',
    act: 'rollback',
    revision: 8,
    target: 6,
    description: `back, attempt abc ${'x'.repeat(300)}`,
  };
  const own = back.description.slice(0, 256);
  it.each<readonly [string, ReleaseRecord, ExpectedRevision | undefined, boolean]>([
    ['an upgrade with its labels, without a journal', record(8, 'pending-upgrade', { labels }), undefined, true],
    ['an upgrade without labels', record(8, 'pending-upgrade'), undefined, false],
    ['an upgrade that inherited labels', record(9, 'pending-upgrade', { labels }), undefined, false],
    ['a rollback without a journal', record(8, 'pending-rollback', { labels }), undefined, false],
    ["a rollback with Helm's description", record(8, 'pending-rollback', { description: 'Rollback to 6' }), back, true],
    ['a rollback with the description given', record(8, 'pending-rollback', { description: own }), back, true],
    ['a rollback to another revision', record(8, 'pending-rollback', { description: 'Rollback to 5' }), back, false],
    ['a rollback without a description', record(8, 'pending-rollback', { description: '' }), back, false],
    ['another revision', record(9, 'pending-rollback', { description: 'Rollback to 6' }), back, false],
    ['a rollback while an upgrade was expected', record(8, 'pending-rollback', { description: own }), { ...back, act: 'upgrade' }, false],
  ])('%s', (_what, pending, expected, ours) => {
    expect(isOurs(pending, expected)).toBe(ours);
  }); // prettier-ignore
});

describe('revisionBefore', () => {
  it.each<readonly [string, readonly ReleaseRecord[], number | undefined]>([
    ['the last deployed one', [record(5, 'superseded'), record(6, 'deployed'), record(7, 'failed'), record(8, 'pending-upgrade')], 6],
    ['the last one where none is deployed', [record(6, 'superseded'), record(7, 'failed'), record(8, 'pending-upgrade')], 7],
    ['the last one for a rollback', [record(6, 'deployed'), record(7, 'failed'), record(8, 'pending-rollback')], 7],
    ['none for an installation', [record(7, 'failed'), record(8, 'pending-install')], undefined],
    ['none where none is left', [record(8, 'pending-upgrade')], undefined],
  ])('is %s', (_what, history, expected) => {
    const pending = history.at(-1) ?? record(8, 'pending-upgrade');
    expect(revisionBefore(history, pending)?.revision).toBe(expected);
  }); // prettier-ignore
});
