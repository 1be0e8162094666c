import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it, jest } from '@jest/globals';
import type { RunnerResult } from '../../testbed/runner.js';
import { jsonFile, Scenario, useBed } from './harness.js';
import { found, refused } from './traps.js';
import { beside, expectEnd } from './trouble.js';

/**
 * Traps of Milvus 2.1 and of old Kubernetes versions; the others are in traps.test.ts. The test bed has one, new
 * Kubernetes, so what only an old one had is made by hand: a stored record is rewritten, and `/version` is answered by
 * a stand-in.
 */
jest.setTimeout(300_000);
const bed = useBed();

const one = { replicaCount: 1 };
const withoutBudget = { pdb: { usePolicy: false } };

/** Chart 3.2.18 makes four budgets of a Kubernetes API that is gone since 1.25; without them it installs anywhere. */
const milvus21 = {
  etcd: one,
  minio: { mode: 'standalone' },
  pulsar: {
    zookeeper: { ...one, ...withoutBudget },
    bookkeeper: { ...one, ...withoutBudget },
    broker: withoutBudget,
    proxy: withoutBudget,
  },
};

/** The stored record of the first revision, as text, and back. */
const record = 'sh.helm.release.v1.milvus.v1';
const packed = (text: string): string => Buffer.from(gzipSync(text).toString('base64')).toString('base64');
const unpacked = (data: string): string =>
  gunzipSync(Buffer.from(Buffer.from(data, 'base64').toString(), 'base64')).toString();

const budgets = ['zookeeper', 'bookie', 'broker', 'proxy'].map((component) => ({
  apiVersion: 'policy/v1beta1',
  kind: 'PodDisruptionBudget',
  metadata: { name: `milvus-pulsar-${component}` },
  spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'pulsar', component } } },
}));

/** As if the release had been made by an old Kubernetes, with these objects in its manifest. */
async function storeBudgets(scenario: Scenario): Promise<void> {
  const { data } = await scenario.json<{ data: { release: string } }>(`secret/${record}`);
  const stored = JSON.parse(unpacked(data.release)) as { manifest: string };
  const manifest = [stored.manifest, ...budgets.map((budget) => JSON.stringify(budget))].join('\n---\n');
  const patch = { data: { release: packed(JSON.stringify({ ...stored, manifest })) } };
  await scenario.kubectl('patch', `secret/${record}`, '--patch', JSON.stringify(patch));
}

/** A stand-in for an API server of another version: it answers `/version` itself, and hands on all else. */
async function standIn(minor: string): Promise<{ readonly kubeconfig: string; readonly close: () => void }> {
  const { cluster, adminKubeconfig } = bed();
  const { stateDirectory, server: behind, certificateAuthority: ca } = cluster.record;
  const file = (name: string): string => readFileSync(join(stateDirectory, 'certificates', name), 'utf8');
  const version = JSON.stringify({ major: '1', minor, gitVersion: `v1.${minor}.0` });
  const server = createServer({ cert: file('apiserver.crt'), key: file('apiserver.key') }, (incoming, response) => {
    const { method, headers, url = '/' } = incoming;
    if (url === '/version') {
      response.setHeader('content-type', 'application/json').end(version);
      return;
    }
    const outgoing = request(new URL(url, behind), { method, headers, ca, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    kubeconfig: adminKubeconfig.replaceAll(behind, address),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A run against the stand-in. */
async function onKubernetes(minor: string, scenario: Scenario, inputs: Record<string, string>): Promise<RunnerResult> {
  const { kubeconfig, close } = await standIn(minor);
  return scenario.run({ ...inputs, kubeconfig }).finally(close);
}

const within21 = { 'target-version': '2.1.4', values: 'log: {level: warn}' };
const to22 = { 'target-version': '2.2.16' };
const to23 = { 'target-version': '2.3.22' };

const old = beside(async () => {
  const scenario = await Scenario.make(bed(), 'trap-old', { volumes: 12 });
  await scenario.install('3.2.18', { values: milvus21 });
  const results = {
    oneHop: await scenario.run(to22),
    twoHops: await scenario.run(to23),
    multiHop: await scenario.run({ ...to23, 'multi-hop': 'true' }),
    allowed: await scenario.run({ ...to22, allow: 'metadata-migration' }),
    kubernetes119: await onKubernetes('19', scenario, within21),
    kubernetes120: await onKubernetes('20', scenario, { ...within21, operation: 'plan' }),
  };
  await storeBudgets(scenario);
  const stored = await scenario.run(within21);
  const storedToo = await scenario.run(to22);
  const { items } = await scenario.json<{ items: { metadata: { name: string; generation: number } }[] }>(
    'deployments,statefulsets',
  );
  return { ...results, stored, storedToo, revisions: await scenario.revisions(), items };
});

describe('T: 2.1 to 2.2 and beyond without a migration', () => {
  it('is refused, and the plan has the migration in its place', async () => {
    const { oneHop, twoHops } = await old();
    expectEnd(oneHop, refused('metadata-migration'));
    expectEnd(twoHops, refused('several-hops', 'metadata-migration'));
    expect(jsonFile(twoHops, 'plan-file').hops).toMatchObject([
      { path: 'migration', sourceVersion: '2.1.4', targetVersion: '2.2.16' },
      { path: 'helm', sourceVersion: '2.2.16', targetVersion: '2.3.22' },
    ]);
    expect(twoHops.outputs['plan-digest']).toBeUndefined();
  });

  it('is not begun by multi-hop', async () => {
    expectEnd((await old()).multiHop, refused('metadata-migration'));
  });

  it('cannot be allowed', async () => {
    expectEnd((await old()).allowed, refused('invalid-inputs', 'invalid-input'));
  });
});

describe('an old Kubernetes', () => {
  it('of 1.19 is refused by name', async () => {
    const { kubernetes119 } = await old();
    expectEnd(kubernetes119, refused('kubernetes-too-old'));
    expect(found(kubernetes119)).toContain('The cluster runs Kubernetes v1.19.0; 1.20 is the oldest');
  });

  it('of 1.20 is not', async () => {
    expectEnd((await old()).kubernetes120, { result: 'planned', changed: 'false' });
  });

  it('that made the release left objects in its record that this one does not serve: refused by name', async () => {
    const { stored } = await old();
    expectEnd(stored, refused('removed-api'));
    // Beside the migration too, not only after it.
    expectEnd((await old()).storedToo, refused('metadata-migration', 'removed-api'));
    for (const { metadata } of budgets) {
      expect(found(stored)).toContain(`PodDisruptionBudget ${metadata.name} (policy/v1beta1)`);
    }
  });
});

it('nothing of all this was written', async () => {
  const { revisions, items } = await old();
  expect(revisions).toEqual([[1, 'deployed']]);
  expect(items.length).toBeGreaterThan(10);
  expect(items.filter(({ metadata }) => metadata.generation !== 1)).toEqual([]);
});
