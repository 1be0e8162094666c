import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { eventually, usePrograms, type Control } from './programs.js';

/** The stand-in for Milvus in the pods: real session keys with leases in a real etcd. */
const programs = usePrograms();
const { newRoot, newAddress, seed, inspect, keys, put, path } = programs;

interface Options {
  readonly root: string;
  readonly version?: string;
  readonly address?: string;
  readonly control?: Control;
  /** Files of the pod's configuration, instead of one milvus.yaml with the root path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

let started = 0;

function component(role: string, { root, version = 'v2.1.4', address = newAddress(), control, files, args }: Options) {
  const name = `component-${String((started += 1))}`;
  mkdirSync(path(name));
  const endpoints = `endpoints: [${programs.etcd().endpoints.join(', ')}]`;
  const given = files ?? { 'milvus.yaml': `etcd: { ${endpoints}, rootPath: ${root}, metaSubPath: meta }\n` };
  for (const [file, text] of Object.entries(given))
    writeFileSync(join(path(name), file), text.replace('ENDPOINTS', endpoints));
  const running = programs.start('milvus-component', args ?? ['milvus', 'run', role], {
    MILVUS_IMAGE_VERSION: version,
    MILVUSCONF: path(name),
    POD_IP: address,
    POD_NAME: name,
    ...programs.control(`${name}.json`, control ?? {}),
  });
  const health = async () => {
    try {
      const response = await fetch(`http://${address}:9091/healthz`);
      return [response.status, (await response.text()).trim()] as const;
    } catch {
      return [0, ''] as const;
    }
  };
  return {
    ...running,
    address,
    health,
    ready: () => eventually(`${role} ready`, async () => (await health())[0] === 200),
  };
}

const session = (root: string, name: string) => {
  const found = keys(root)[`${root}/meta/session/${name}`];
  return found && { leased: found.leased, ...(JSON.parse(Buffer.from(found.value, 'base64').toString()) as object) };
};
const sessions = (root: string) =>
  Object.keys(keys(root))
    .filter((key) => key.startsWith(`${root}/meta/session/`) && !key.endsWith('/id'))
    .map((key) => key.slice(`${root}/meta/session/`.length));
const ttlOf = (key: string) => {
  const { etcdctl } = programs.etcd();
  const leases = etcdctl(['lease', 'list']).trim().split('\n').slice(1);
  const of = leases
    .map((lease) => etcdctl(['lease', 'timetolive', lease, '--keys']))
    .find((text) => text.includes(`[${key}]`));
  return Number(/granted with TTL\((\d+)s\)/.exec(of ?? '')?.[1]);
};

describe('sessions of a component', () => {
  it('a 2.1 coordinator: exclusive key, the pod’s address, no version, 60 s', async () => {
    const root = newRoot();
    seed(root);
    const one = component('rootcoord', { root });
    await one.ready();
    expect(session(root, 'rootcoord')).toEqual({
      leased: true,
      ServerID: 1,
      ServerName: 'rootcoord',
      Address: `${one.address}:53100`,
      Exclusive: true,
      TriggerKill: true,
    });
    expect(ttlOf(`${root}/meta/session/rootcoord`)).toBe(60);
  });

  it('a 2.2 coordinator has its version in it, and 20 s', async () => {
    const root = newRoot();
    const one = component('rootcoord', { root, version: 'v2.2.16' });
    await one.ready();
    expect(session(root, 'rootcoord')).toMatchObject({ ServerName: 'rootcoord', Exclusive: true, Version: '2.2.16' });
    expect(ttlOf(`${root}/meta/session/rootcoord`)).toBe(20);
  });

  it('a node has its id in the key; ids are taken from session/id, each once', async () => {
    const root = newRoot();
    seed(root);
    put(`${root}/meta/session/id`, '41');
    const all = ['rootcoord', 'datanode', 'querynode', 'querynode', 'indexnode', 'proxy'].map((role) =>
      component(role, { root }),
    );
    await Promise.all(all.map((one) => one.ready()));
    const names = sessions(root);
    expect(names.map((name) => name.replace(/-\d+$/, '')).sort()).toEqual([
      'datanode',
      'indexnode',
      'proxy',
      'querynode',
      'querynode',
      'rootcoord',
    ]);
    expect(names.flatMap((name) => (/\d+$/.exec(name) ?? []).map(Number)).every((id) => id >= 41 && id <= 46)).toBe(
      true,
    );
    expect(Buffer.from(keys(root)[`${root}/meta/session/id`]?.value ?? '', 'base64').toString()).toBe('47');
    const node = names.find((name) => name.startsWith('datanode-')) ?? '';
    expect(session(root, node)).toMatchObject({
      ServerName: 'datanode',
      Address: expect.stringMatching(/^127\.1\.\d+\.\d+:21124$/),
    });
    expect(session(root, node)).not.toHaveProperty('Exclusive');
  });

  it('standalone has all eight', async () => {
    const root = newRoot();
    seed(root);
    await component('standalone', { root }).ready();
    expect(sessions(root).map((name) => name.replace(/-\d+$/, ''))).toEqual([
      'datacoord',
      'datanode',
      'indexcoord',
      'indexnode',
      'proxy',
      'querycoord',
      'querynode',
      'rootcoord',
    ]);
  });

  it('a mixture has those it is told, started through the tool of the chart', async () => {
    const root = newRoot();
    const args = [
      '/milvus/tools/run-helm.sh',
      'milvus',
      'run',
      'mixture',
      '-rootcoord',
      '-querycoord',
      '-datacoord',
      '-indexcoord',
    ];
    await component('mixcoord', { root, version: 'v2.2.16', args }).ready();
    expect(sessions(root)).toEqual(['datacoord', 'indexcoord', 'querycoord', 'rootcoord']);
  });

  it('ports and root path come from the configuration; user.yaml wins over default.yaml', async () => {
    const root = newRoot();
    const files = {
      'default.yaml': 'etcd: { ENDPOINTS, rootPath: by-dev }\nrootCoord: { port: 12345 }\n',
      'user.yaml': `etcd: { rootPath: ${root} }\n`,
    };
    const one = component('rootcoord', { root, version: '2.2.16', files });
    await one.ready();
    expect(session(root, 'rootcoord')).toMatchObject({ Address: `${one.address}:12345` });
  });

  it('without a root path it is by-dev, and the metadata seems to be gone', async () => {
    const root = newRoot();
    seed(root);
    const one = component('rootcoord', { root, version: '2.2.16', files: { 'default.yaml': 'etcd: { ENDPOINTS }\n' } });
    await one.ready();
    expect(sessions('by-dev')).toEqual(['rootcoord']);
    one.process.kill('SIGTERM');
    await one.ended;
  });
});

describe('readiness', () => {
  it('answers at once, healthy only when registered', async () => {
    const root = newRoot();
    const rootcoord = component('rootcoord', { root, control: { rules: [{ at: 'registered', do: 'hang' }] } });
    await eventually('an answer', async () => (await rootcoord.health())[0] !== 0);
    expect((await rootcoord.health())[0]).toBe(500);
  });

  it('waits for the root coordinator', async () => {
    const root = newRoot();
    const proxy = component('proxy', { root });
    await eventually('an answer', async () => (await proxy.health())[0] === 500);
    expect((await proxy.health())[0]).toBe(500);
    await component('rootcoord', { root }).ready();
    await proxy.ready();
  });

  it('waits for the session of the one before it, and takes over when its lease has ended', async () => {
    const root = newRoot();
    const settings = { 'milvus-component.session-ttl': '2' };
    const first = component('rootcoord', { root, control: { settings } });
    await first.ready();
    const second = component('rootcoord', { root });
    await eventually('a try', () =>
      second.output().includes('function CompareAndSwap error for compare is false for key: rootcoord'),
    );
    expect((await second.health())[0]).toBe(500);
    first.process.kill('SIGKILL');
    await second.ready();
    expect(session(root, 'rootcoord')).toMatchObject({ Address: `${second.address}:53100` });
  });

  it('gives up after its tries', async () => {
    const root = newRoot();
    await component('rootcoord', { root }).ready();
    const second = component('rootcoord', {
      root,
      control: { settings: { 'milvus-component.register-attempts': '2' } },
    });
    expect(await second.ended).toMatchObject({ code: 2, output: expect.stringContaining('panic: Register failed') });
  });

  it('never gets ready if a test wants that', async () => {
    const root = newRoot();
    const one = component('rootcoord', {
      root,
      version: '2.2.16',
      control: { rules: [{ at: 'ready', do: 'hang', match: { version: '2.2.16' } }] },
    });
    await eventually('the session', () => sessions(root).length === 1);
    expect((await one.health())[0]).toBe(500);
  });
});

describe('the end of a component', () => {
  it('SIGTERM: the sessions go at once', async () => {
    const root = newRoot();
    const one = component('standalone', { root });
    await one.ready();
    one.process.kill('SIGTERM');
    expect(await one.ended).toMatchObject({ code: 0 });
    expect(sessions(root)).toEqual([]);
  });

  it('SIGTERM, told to keep the session: it goes when the lease ends', async () => {
    const root = newRoot();
    const settings = { 'milvus-component.session-ttl': '2' };
    const one = component('rootcoord', {
      root,
      control: { settings, rules: [{ at: 'terminate', do: 'keep-session' }] },
    });
    await one.ready();
    one.process.kill('SIGTERM');
    expect(await one.ended).toMatchObject({ code: 0 });
    expect(sessions(root)).toEqual(['rootcoord']);
    await eventually('the lease to end', () => sessions(root).length === 0);
  });

  it('SIGTERM, told to ignore it: only SIGKILL ends it', async () => {
    const root = newRoot();
    const one = component('rootcoord', { root, control: { rules: [{ id: 'deaf', at: 'terminate', do: 'ignore' }] } });
    await one.ready();
    one.process.kill('SIGTERM');
    await eventually('the signal', async () => (await one.health())[0] === 500);
    one.process.kill('SIGKILL');
    expect(await one.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it('SIGTERM while it waits ends it', async () => {
    const root = newRoot();
    const proxy = component('proxy', { root });
    await eventually('an answer', async () => (await proxy.health())[0] === 500);
    proxy.process.kill('SIGTERM');
    expect(await proxy.ended).toMatchObject({ code: 0 });
  });
});

describe('metadata', () => {
  const expectCrash = async (root: string, version: string, message: string) => {
    const ended = await component('rootcoord', { root, version }).ended;
    expect(ended).toMatchObject({ code: 2, output: expect.stringContaining(message) });
    expect(sessions(root)).toEqual([]);
  };
  const migrate = async (root: string, control: Control = {}) => {
    writeFileSync(
      path('run.yaml'),
      `cmd: { type: run }\nconfig: { sourceVersion: 2.1.4, targetVersion: 2.2.16 }\n` +
        `etcd: { endpoints: [${programs.etcd().endpoints.join(', ')}], rootPath: ${root} }\n`,
    );
    return programs.start('meta-migration', [`-config=${path('run.yaml')}`], programs.control('run.json', control))
      .ended;
  };

  it('2.1 runs on 2.1, 2.2 does not', async () => {
    const root = newRoot();
    seed(root);
    await expectCrash(root, 'v2.2.16', `metadata under ${root}/meta is of Milvus 2.1, this is 2.2.16`);
    await component('rootcoord', { root }).ready();
  });

  it('2.2 runs on migrated metadata, 2.1 does not: collections without fields', async () => {
    const root = newRoot();
    seed(root);
    await migrate(root);
    await expectCrash(root, 'v2.1.4', 'collections without fields');
    await component('rootcoord', { root, version: 'v2.2.16' }).ready();
  });

  it.each(['v2.1.4', 'v2.2.16'])('%s does not run on what an interrupted migration left', async (version) => {
    const root = newRoot();
    seed(root);
    await migrate(root, { rules: [{ at: 'converted', do: 'fail' }] });
    await expectCrash(root, version, 'cannot be loaded');
  });

  it('2.2 does not run on what was migrated twice', async () => {
    const root = newRoot();
    seed(root);
    await migrate(root);
    await migrate(root);
    await expectCrash(root, 'v2.2.16', 'collections without fields');
  });

  it('a first start of 2.1 makes collections if a test wants some', async () => {
    const root = newRoot();
    await component('rootcoord', { root, control: { settings: { 'milvus-component.seed': '3,2' } } }).ready();
    expect(inspect(root)).toMatchObject({ layout: '2.1', collections: 3 });
  });

  it('a data coordinator adds segments if a test wants that', async () => {
    const root = newRoot();
    seed(root);
    const segments = () => Object.keys(keys(root)).filter((key) => key.includes('/datacoord-meta/s/')).length;
    const before = segments();
    await component('rootcoord', { root }).ready();
    const writer = component('datacoord', { root, control: { settings: { 'milvus-component.write-ms': '20' } } });
    await writer.ready();
    await eventually('segments', () => segments() > before + 2);
    expect(inspect(root).layout).toBe('2.1');
    writer.process.kill('SIGTERM');
    await writer.ended;
  });
});
