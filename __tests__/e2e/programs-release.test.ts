import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Agent } from '../../testbed/agent.js';
import { STORAGE_CLASSES } from '../../testbed/agent-objects.js';
import { milvusImages } from '../../testbed/images.js';
import { ensureParts } from '../../testbed/part-sources.js';
import { ensurePrograms } from '../../testbed/programs.js';
import { useBed } from './harness.js';
import { eventually } from './programs.js';

/** A release whose etcd is a real one and whose Milvus pods write real session keys, run by the node agent. The tests follow each other. */
const bed = useBed();
const namespace = `programs-${randomBytes(3).toString('hex')}`;
const work = mkdtempSync(join(tmpdir(), 'testbed-release-'));
const control = join(work, 'control.json');
const root = 'my-root';
let agent: Agent;

beforeAll(async () => {
  const [programs, parts] = await Promise.all([ensurePrograms(), ensureParts(['etcd', 'etcdctl'])]);
  writeFileSync(control, JSON.stringify({ settings: { 'milvus-component.seed': '2,2' } }));
  agent = await bed().cluster.startAgent({
    images: milvusImages({ programs, parts, control, versions: ['v2.1.4', 'v2.2.16'] }),
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
const helm = (...args: string[]) => bed().cluster.helm('3.22.0', [...args, '--namespace', namespace]);
const chart = (version: string) => join(bed().charts, `milvus-${version}.tgz`);
const probe = { initialDelaySeconds: 0, periodSeconds: 1 };

const values = {
  metadata: { rootPath: root },
  image: { all: { tag: 'v2.1.4' } },
  readinessProbe: probe,
  attu: { enabled: false },
  etcd: { replicaCount: 1, readinessProbe: probe, persistence: { storageClass: STORAGE_CLASSES.immediate } },
  minio: { mode: 'standalone', persistence: { enabled: false } },
  pulsar: { enabled: false },
  externalPulsar: { enabled: true, host: 'pulsar.example.org', port: 6650 },
};

const etcdctl = (...args: string[]) => kubectl('exec', 'db-etcd-0', '--', 'etcdctl', ...args);
const lines = (text: string) => text.split('\n').filter((line) => line !== '');
const sessionKeys = async () =>
  lines(await etcdctl('get', '--prefix', `${root}/meta/session/`, '--keys-only'))
    .map((key) => key.slice(`${root}/meta/session/`.length))
    .filter((name) => name !== 'id');
const roles = async () => (await sessionKeys()).map((name) => name.replace(/-\d+$/, '')).sort();
const rollout = async () => {
  for (const name of lines(await kubectl('get', 'deployments', '--output', 'name')))
    await kubectl('rollout', 'status', name, '--timeout=180s');
};
const ALL = ['datacoord', 'datanode', 'indexcoord', 'indexnode', 'proxy', 'querycoord', 'querynode', 'rootcoord'];

/** A Job of the tool with its configuration in a Secret and the backup on a claim. */
async function tool(command: string) {
  const name = `tool-${command}`;
  const config = `cmd: { type: ${command} }
config: { sourceVersion: 2.1.4, targetVersion: 2.2.16, backupFilePath: /milvus/data/migration.bak }
metastore: { type: etcd }
etcd: { endpoints: ['db-etcd:2379'], rootPath: ${root}, metaSubPath: meta, kvSubPath: kv }
`;
  const objects = [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'backup' },
      spec: {
        storageClassName: STORAGE_CLASSES.immediate,
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
      },
    },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: { 'migration.yaml': config } },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name },
      spec: {
        backoffLimit: 0,
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [
              {
                name: 'tool',
                image: 'milvusdb/meta-migration:v2.2.0-bugfix-20230112',
                command: ['/milvus/bin/meta-migration', '-config=/milvus/configs/migration.yaml'],
                volumeMounts: [
                  { name: 'config', mountPath: '/milvus/configs' },
                  { name: 'data', mountPath: '/milvus/data' },
                ],
              },
            ],
            volumes: [
              { name: 'config', secret: { secretName: name } },
              { name: 'data', persistentVolumeClaim: { claimName: 'backup' } },
            ],
          },
        },
      },
    },
  ];
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await bed().cluster.kubectl(['--namespace', namespace, 'apply', '--filename', '-'], { input });
  await kubectl('wait', '--for=condition=Complete', `job/${name}`, '--timeout=60s');
  return kubectl('logs', `job/${name}`);
}

it('a 2.1.4 in cluster mode comes up: every pod has its session, at its own address', async () => {
  writeFileSync(join(work, 'values.json'), JSON.stringify(values));
  await helm('install', 'db', chart('3.2.18'), '--values', join(work, 'values.json'));
  await rollout();
  expect(await roles()).toEqual(ALL);
  const { items } = JSON.parse(await kubectl('get', 'pods', '--output', 'json')) as {
    items: { status: { podIP: string } }[];
  };
  const addresses = items.map(({ status }) => status.podIP);
  const written = lines(await etcdctl('get', '--prefix', `${root}/meta/session/`, '--print-value-only'))
    .filter((line) => line.startsWith('{'))
    .map((line) => (JSON.parse(line) as { Address: string }).Address.split(':')[0] ?? '');
  expect(written.filter((address) => !addresses.includes(address))).toEqual([]);
  expect(lines(await etcdctl('get', '--prefix', `${root}/meta/root-coord/collection/`, '--keys-only'))).toHaveLength(3);
});

it('scaled to zero, its sessions go; the tool’s Jobs back up and migrate', async () => {
  const deployments = lines(
    await kubectl('get', 'deployments', '--selector', 'app.kubernetes.io/name=milvus', '--output', 'name'),
  );
  await kubectl('scale', '--replicas=0', ...deployments);
  await eventually('the sessions to go', async () => (await sessionKeys()).length === 0);
  expect(await tool('backup')).toContain('backup to: /milvus/data/migration.bak');
  const claim = (await bed().cluster.claims(namespace)).find(({ name }) => name === 'backup');
  expect(existsSync(join(agent.volume(claim?.uid ?? ''), 'migration.bak'))).toBe(true);
  expect(await tool('run')).toContain('prefix root-coord/collection will be removed!');
  expect(await etcdctl('get', '--prefix', `${root}/meta/root-coord/fields/`, '--keys-only')).not.toBe('');
});

it('a 2.2.16 comes up on it by helm upgrade, through the configuration tool of its chart', async () => {
  const flags = ['--reset-then-reuse-values', '--set', 'image.all.tag=v2.2.16'];
  await helm('upgrade', 'db', chart('3.3.6'), ...flags);
  await rollout();
  expect(await roles()).toEqual(ALL);
  expect(await etcdctl('get', `${root}/meta/session/rootcoord`, '--print-value-only')).toContain('"Version":"2.2.16"');
});
