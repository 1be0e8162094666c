import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Agent } from '../../testbed/agent.js';
import { STORAGE_CLASSES } from '../../testbed/agent-objects.js';
import { milvusImages } from '../../testbed/images.js';
import { ensureMilvus21, milvus21Address, type Milvus21 } from '../../testbed/milvus-2.1.js';
import { ensureParts } from '../../testbed/part-sources.js';
import { ensurePrograms } from '../../testbed/programs.js';
import { useBed } from './harness.js';
import { eventually } from './programs.js';

/** The real Milvus 2.1.0 as the standalone pod of a release, run by the node agent. */
const bed = useBed();
const namespace = `real-${randomBytes(3).toString('hex')}`;
const work = mkdtempSync(join(tmpdir(), 'testbed-real-'));
let agent: Agent;
let milvus21: Milvus21;

beforeAll(async () => {
  milvus21 = await ensureMilvus21();
  const [programs, parts] = await Promise.all([ensurePrograms(), ensureParts(['etcd', 'etcdctl'])]);
  agent = await bed().cluster.startAgent({
    images: milvusImages({ programs, parts, milvus21, versions: ['v2.2.16'] }),
  });
  await bed().cluster.createNamespace(namespace, { agent, volumes: 0 });
}, 900_000);
afterAll(async () => {
  await agent.stop();
  await bed().cluster.kubectl(['delete', 'namespace', namespace, '--wait=false']);
  rmSync(work, { recursive: true, force: true });
});

const kubectl = async (...args: string[]): Promise<string> =>
  (await bed().cluster.kubectl(['--namespace', namespace, ...args])).stdout;
const probe = { initialDelaySeconds: 0, periodSeconds: 1 };
const values = {
  cluster: { enabled: false },
  metadata: { rootPath: 'my-root' },
  image: { all: { tag: 'v2.1.0' } },
  readinessProbe: probe,
  attu: { enabled: false },
  standalone: { persistence: { persistentVolumeClaim: { storageClass: STORAGE_CLASSES.immediate } } },
  etcd: { replicaCount: 1, readinessProbe: probe, persistence: { storageClass: STORAGE_CLASSES.immediate } },
  minio: { mode: 'standalone', persistence: { enabled: false } },
  pulsar: { enabled: false },
};

function client(command: string): Promise<unknown> {
  const args = [milvus21.client, command, milvus21Address(), '19530'];
  const child = spawn(milvus21.python, args, {
    env: { ...process.env, ...milvus21.clientEnv },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(output));
      else reject(new Error(`client ${command}: ${errors}`));
    });
  });
}

const sessions = async () =>
  (await kubectl('exec', 'db-etcd-0', '--', 'etcdctl', 'get', '--prefix', 'my-root/meta/session/', '--keys-only'))
    .split('\n')
    .filter((key) => key !== '' && !key.endsWith('/id'));

it('comes up, is stopped by a scale to zero, and finds the same vectors when it is back', async () => {
  writeFileSync(join(work, 'values.json'), JSON.stringify(values));
  const chart = join(bed().charts, 'milvus-3.2.18.tgz');
  await bed().cluster.helm('3.22.0', [
    'install',
    'db',
    chart,
    '--values',
    join(work, 'values.json'),
    '--namespace',
    namespace,
  ]);
  const deployment = 'deployment/db-milvus-standalone';
  await kubectl('rollout', 'status', deployment, '--timeout=180s');
  const before = await client('prepare');
  expect(before).toMatchObject({ rows: 1000, indexes: 1 });
  expect(await sessions()).toHaveLength(8);

  await kubectl('scale', '--replicas=0', deployment);
  await eventually('the sessions to go', async () => (await sessions()).length === 0);
  await kubectl('wait', '--for=delete', 'pod', '--selector', 'component=standalone', '--timeout=60s');
  await kubectl('scale', '--replicas=1', deployment);
  await kubectl('rollout', 'status', deployment, '--timeout=180s');
  expect(await client('search')).toEqual(before);
});
