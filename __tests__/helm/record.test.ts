import { describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { decodeRecord, readHistory } from '../../src/helm/record.js';
import { listing, problemOf, release, secret, stored } from './support.js';

const canary = 'hunter2';

describe('decodeRecord', () => {
  it('reads a revision of Helm 3', () => {
    const object = release();
    const bytes = stored(object);
    expect(decodeRecord(secret(object))).toEqual({
      name: 'my',
      namespace: 'db',
      revision: 3,
      status: 'deployed',
      description: 'Upgrade complete',
      lastDeployed: '2026-11-22T14:19:28Z',
      chart: { name: 'milvus', version: '4.1.24', appVersion: '2.3.11' },
      chartValues: { pulsar: { enabled: true } },
      applyMethod: 'client',
      userValues: { image: { all: { tag: 'v2.3.11' } } },
      manifest: '---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: my-milvus\n',
      labels: {},
      storedBytes: bytes.length,
    });
  });

  it.each([
    ['ssa', 'server'],
    ['csa', 'client'],
    ['', 'client'],
    [undefined, 'client'],
  ])('takes apply_method %s as %s', (method, expected) => {
    expect(decodeRecord(secret(release({ apply_method: method }))).applyMethod).toBe(expected);
  });

  it.each([
    'deployed',
    'failed',
    'superseded',
    'pending-upgrade',
    'pending-install',
    'pending-rollback',
    'uninstalling',
  ])('keeps status %s', (status) => {
    expect(decodeRecord(secret(release({ info: { status } }))).status).toBe(status);
  });

  it('takes a status that Helm does not have as unknown', () => {
    expect(decodeRecord(secret(release({ info: { status: 'fine' } }))).status).toBe('unknown');
  });

  it('reads records without compression, without values, and keeps only labels that are not its own', () => {
    const object = release({ config: undefined });
    const labels = {
      name: 'my',
      owner: 'helm',
      status: 'failed',
      version: '3',
      createdAt: '1',
      modifiedAt: '2',
      team: 'a',
    };
    const record = decodeRecord(secret(object, { stored: stored(object, false), labels }));
    expect(record.userValues).toEqual({});
    expect(record.labels).toEqual({ team: 'a' });
  });

  it('leaves out of the description what the API server quoted', () => {
    const description = 'Upgrade "my" failed: x: Invalid value: "{\\"k\\":\\"hunter2\\"}": field is immutable';
    const record = decodeRecord(secret(release({ info: { status: 'failed', description } })));
    expect(record.description).toBe('Upgrade "my" failed: x: Invalid value: (object left out): field is immutable');
  });

  it('bounds what it unpacks', async () => {
    const bomb = Buffer.from(gzipSync(Buffer.alloc(33 * 1024 * 1024)).toString('base64'));
    expect(bomb.length).toBeLessThan(100_000);
    const { details } = await problemOf(() => decodeRecord(secret(release(), { stored: bomb })));
    expect(details.id).toBe('release-unreadable');
    expect(details.what).toContain('unpacks to more than 32 MiB');
  });

  it.each([
    ['no data', { stored: Buffer.alloc(0) }, {}, 'no key `release`'],
    ['not base64 of anything', { stored: Buffer.from(canary) }, {}, 'not base64'],
    ['a cut gzip', { stored: stored(release()).subarray(0, 100) }, {}, 'not base64 of (gzipped) JSON'],
    ['a JSON array', { stored: stored([canary]) }, {}, 'does not hold an object'],
    ['another revision', { name: 'sh.helm.release.v1.my.v2' }, {}, 'revision 3 of release my'],
    ['another namespace', { namespace: 'copy' }, {}, 'another namespace'],
    ['no name', {}, { name: '' }, 'names no release'],
    ['no revision', {}, { version: '3' }, 'no revision'],
    ['no status', {}, { info: canary }, 'no status'],
    ['no chart', {}, { chart: { metadata: { name: 'milvus' } } }, 'names no chart'],
    ['no manifest', {}, { manifest: null }, 'no manifest'],
  ])('refuses %s', async (_what, secretChanges, releaseChanges, reason) => {
    const { details, ending } = await problemOf(() => decodeRecord(secret(release(releaseChanges), secretChanges)));
    expect([details.id, ending]).toEqual(['release-unreadable', 'failed']);
    expect(details.what).toContain(reason);
    expect(JSON.stringify(details)).not.toContain(canary);
  });
});

describe('readHistory', () => {
  it('asks once, by label, and sorts by revision as numbers', async () => {
    const revisions = [10, 2, 9];
    const { cluster, calls } = listing(() => revisions.map((version) => secret(release({ version }))));
    expect((await readHistory(cluster, 'db', 'my')).map(({ revision }) => revision)).toEqual([2, 9, 10]);
    expect(calls.map(({ resource, options }) => [resource.plural, options])).toEqual([
      ['secrets', { namespace: 'db', labelSelector: 'owner=helm,name=my' }],
    ]);
  });

  it('passes over Secrets with the labels that are no records', async () => {
    const { cluster } = listing(() => [secret(release(), { type: 'Opaque', name: 'x' }), secret(release())]);
    expect(await readHistory(cluster, 'db', 'my')).toHaveLength(1);
  });

  it('names the releases that are there when the one asked for is not', async () => {
    const { cluster, calls } = listing(({ options }) =>
      options.labelSelector === 'owner=helm'
        ? [
            secret(release({ name: 'zilliz' })),
            secret(release({ name: 'my-milvus' })),
            secret(release({ name: 'my-milvus' })),
          ]
        : [],
    );
    const { details, ending } = await problemOf(() => readHistory(cluster, 'db', 'my'));
    expect([details.id, ending]).toEqual(['release-not-found', 'refused']);
    expect(details.what).toBe(
      'There is no Helm release my in namespace db. Releases that are there: my-milvus, zilliz.',
    );
    expect(details.remedy).toContain('HELM_DRIVER=configmap');
    expect(calls).toHaveLength(2);
  });

  it('says so when there is no release at all, and shortens a long list', async () => {
    const none = await problemOf(() => readHistory(listing(() => []).cluster, 'db', 'my'));
    expect(none.details.what).toContain('No other Helm release is there.');
    const many = listing(({ options }) =>
      options.labelSelector === 'owner=helm'
        ? Array.from({ length: 12 }, (_, n) => secret(release({ name: `r${String(n).padStart(2, '0')}` })))
        : [],
    );
    const { details } = await problemOf(() => readHistory(many.cluster, 'db', 'my'));
    expect(details.what).toContain('r08, r09 and 2 more.');
  });
});
