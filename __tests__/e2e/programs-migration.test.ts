import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { eventually, usePrograms, type Control, type Rule } from './programs.js';

/**
 * The stand-in for the migration tool does to a real etcd, to its file and to its exit code what the real one does. Source:
 * https://github.com/milvus-io/milvus/tree/v2.2.0/cmd/tools/migration
 */
const programs = usePrograms();
const { newRoot, seed, inspect, keys, hash, put, path } = programs;

interface Options {
  readonly root: string;
  readonly rules?: readonly Rule[];
  readonly settings?: Control['settings'];
  readonly source?: string;
  readonly target?: string;
  readonly file?: string;
  readonly withBackup?: boolean;
  readonly metastore?: string;
  readonly endpoints?: readonly string[];
  /** More of the section etcd. */
  readonly etcd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

let started = 0;
const fileOf = (root: string) => path(`${root}.bak`);

function configuration(command: string, options: Options) {
  const { root, source = '2.1.4', target = '2.2.16', endpoints = programs.etcd().endpoints } = options;
  return `
cmd: { type: ${command}, runWithBackup: ${String(options.withBackup ?? false)} }
config: { sourceVersion: ${source}, targetVersion: ${target}, backupFilePath: ${options.file ?? fileOf(root)} }
metastore: { type: ${options.metastore ?? 'etcd'} }
etcd: { endpoints: [${endpoints.join(', ')}], rootPath: ${root}, metaSubPath: meta, kvSubPath: kv${options.etcd ?? ''} }
`;
}

function startTool(command: string, options: Options) {
  const name = `tool-${String((started += 1))}`;
  writeFileSync(path(`${name}.yaml`), configuration(command, options));
  const control = programs.control(`${name}.json`, { rules: options.rules ?? [], settings: options.settings ?? {} });
  return programs.start('meta-migration', [`-config=${path(`${name}.yaml`)}`], { ...control, ...options.env });
}

const tool = (command: string, options: Options) => startTool(command, options).ended;

/** A run that waits at a point until it is let go. */
async function paused(command: string, options: Options, at: string, after = 1) {
  const release = path(`go-${String((started += 1))}`);
  const running = startTool(command, { ...options, rules: [{ at, after, do: 'wait', until: release }] });
  await eventually(`${command} at ${at}`, () => existsSync(`${path(`tool-${String(started)}.json`)}.log`));
  return {
    ...running,
    release: () => {
      writeFileSync(release, '');
    },
  };
}

const session = (role: string) =>
  JSON.stringify({ ServerID: 9, ServerName: role, Address: '10.0.0.9:1', TriggerKill: true });
const id = (root: string) => Buffer.from(keys(root)[`${root}/meta/session/id`]?.value ?? '', 'base64').toString();
const withPrefix = (root: string, prefix: string) =>
  Object.keys(keys(root)).filter((key) => key.startsWith(`${root}/meta/${prefix}`));

/** Reads a backup by the published format alone: lengths of 8 bytes, little-endian; protobuf fields 1 to 6, and 1 and 2. */
function parse(file: string) {
  const bytes = readFileSync(file);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    chunks.push(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  const fields = (message: Buffer) => {
    const found: Record<number, string | number> = {};
    let at = 0;
    const varint = () => {
      let value = 0;
      for (let shift = 1; ; shift *= 128) {
        const byte = message[at++] ?? 0;
        value += (byte % 128) * shift;
        if (byte < 128) return value;
      }
    };
    while (at < message.length) {
      const tag = varint();
      const value = varint();
      found[tag >> 3] = tag % 8 === 0 ? value : message.toString('latin1', at, at + value);
      if (tag % 8 === 2) at += value;
    }
    return found;
  };
  const [header = Buffer.alloc(0), ...entries] = chunks;
  return {
    header: fields(header),
    entries: entries.map(fields).map((entry) => [String(entry[1]), String(entry[2] ?? '')]),
  };
}

describe('configuration of the migration tool', () => {
  it('without -config: exit code 1', async () => {
    expect(await programs.start('meta-migration', []).ended).toMatchObject({ code: 1, output: 'config not set\n' });
  });

  it('a file that is not there: a panic, exit code 2', async () => {
    const ended = await programs.start('meta-migration', ['-config=/nowhere.yaml']).ended;
    expect(ended).toMatchObject({ code: 2, output: expect.stringContaining('cannot access config file') });
  });

  it('without endpoints: a panic, exit code 2', async () => {
    writeFileSync(path('bare.yaml'), 'cmd: { type: run }\n');
    const ended = await programs.start('meta-migration', [`-config=${path('bare.yaml')}`]).ended;
    expect(ended).toMatchObject({ code: 2, output: expect.stringContaining('key not found: etcd.endpoints') });
  });

  it('an unknown command: exit code 1, and etcd is not touched', async () => {
    const root = newRoot();
    expect(await tool('restore', { root })).toMatchObject({
      code: 1,
      output: expect.stringContaining('cmd not set or not supported: restore'),
    });
    expect(keys(root)).toEqual({});
  });

  it('says what it was told, in the lines that are known', async () => {
    const root = newRoot();
    seed(root);
    const { output } = await tool('run', { root });
    expect(output).toContain(
      `Cmd: run, SourceVersion: 2.1.4, TargetVersion: 2.2.16, BackupFilePath: ${fileOf(root)}, RunWithBackup: false\n` +
        `Type: etcd, EndPoints: ${programs.etcd().endpoints.join(',')}, MetaRootPath: ${root}/meta\n`,
    );
  });

  it('reads only the file, not the environment', async () => {
    const root = newRoot();
    seed(root);
    const env = { ETCD_ENDPOINTS: '127.0.0.1:1', ETCD_ROOT_PATH: 'other', CMD_TYPE: 'rollback' };
    expect(await tool('backup', { root, env })).toMatchObject({ code: 0 });
  });

  it('the metastore can only be etcd', async () => {
    const root = newRoot();
    seed(root);
    const before = hash(root);
    const metastore = 'mysql';
    const message = { output: expect.stringContaining('mysql is not supported now') };
    expect(await tool('backup', { root, metastore })).toMatchObject({ code: 100, ...message });
    expect(await tool('run', { root, metastore })).toMatchObject({ code: 2, ...message });
    expect(hash(root)).toBe(before);
  });

  it('certificates that are not there: exit code 1', async () => {
    const root = newRoot();
    const etcd = ', ssl: { enabled: true, tlsCert: /nowhere, tlsKey: /nowhere, tlsCACert: /nowhere }';
    expect(await tool('run', { root, etcd })).toMatchObject({ code: 1 });
  });
});

describe('sessions', () => {
  it('every start raises session/id, also one that is refused', async () => {
    const root = newRoot();
    seed(root);
    expect(id(root)).toBe('1');
    await tool('backup', { root });
    expect(id(root)).toBe('2');
    put(`${root}/meta/session/proxy-4`, session('proxy'));
    await tool('backup', { root });
    expect(id(root)).toBe('3');
  });

  it('makes session/id where there is none', async () => {
    const root = newRoot();
    await tool('backup', { root });
    expect(id(root)).toBe('2');
  });

  it.each([
    'rootcoord',
    'indexcoord',
    'indexnode-5',
    'datacoord',
    'datanode-6',
    'querycoord',
    'querynode-1',
    'proxy-7',
  ])('refuses while there is a session of %s: run with exit code 1, backup and rollback with 100', async (name) => {
    const root = newRoot();
    seed(root);
    put(`${root}/meta/session/${name}`, session(name));
    const before = hash(root);
    const role = name.split('-')[0] ?? '';
    const output = expect.stringContaining(`there are still sessions alive, prefix: ${role}, num of alive sessions: 1`);
    expect(await tool('run', { root })).toMatchObject({ code: 1, output });
    expect(await tool('backup', { root })).toMatchObject({ code: 100, output });
    expect(await tool('rollback', { root })).toMatchObject({ code: 100, output });
    expect(hash(root)).toBe(before);
    expect(existsSync(fileOf(root))).toBe(false);
  });

  it.each(['mixcoord', 'streamingnode-3'])('does not know %s', async (name) => {
    const root = newRoot();
    seed(root);
    put(`${root}/meta/session/${name}`, session(name));
    expect(await tool('backup', { root })).toMatchObject({ code: 0 });
  });

  it('a session of another root path is none of its business', async () => {
    const root = newRoot();
    seed(root);
    put(`${root}-other/meta/session/rootcoord`, session('rootcoord'));
    expect(await tool('run', { root })).toMatchObject({ code: 0 });
  });

  it('registers its own exclusive session with a lease of 60 s, kept alive', async () => {
    const root = newRoot();
    seed(root);
    const running = await paused('run', { root }, 'checked');
    const own = keys(root)[`${root}/meta/session/migration`];
    expect(own?.leased).toBe(true);
    expect(JSON.parse(Buffer.from(own?.value ?? '', 'base64').toString())).toEqual({
      ServerID: 1,
      ServerName: 'migration',
      Address: expect.any(String),
      Exclusive: true,
      TriggerKill: true,
      Version: '2.2.0-pre+dev',
    });
    const leases = programs.etcd().etcdctl(['lease', 'list']).trim().split('\n').slice(1);
    const granted = leases.map((lease) => programs.etcd().etcdctl(['lease', 'timetolive', lease, '--keys']));
    expect(granted.filter((text) => text.includes(`[${root}/meta/session/migration]`))).toEqual([
      expect.stringContaining('granted with TTL(60s)'),
    ]);
    running.release();
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(withPrefix(root, 'session/migration')).toEqual([]);
  });

  it('only one at a time: "other migration is running", exit code 1, 100 for backup', async () => {
    const root = newRoot();
    seed(root);
    const first = await paused('run', { root }, 'checked');
    const output = expect.stringContaining('other migration is running');
    expect(await tool('run', { root })).toMatchObject({ code: 1, output });
    expect(await tool('backup', { root })).toMatchObject({ code: 100, output });
    first.release();
    expect(await first.ended).toMatchObject({ code: 0 });
  });

  it('watches before it checks: a session that goes away in between ends it too', async () => {
    const root = newRoot();
    seed(root);
    put(`${root}/meta/session/rootcoord`, session('rootcoord'));
    const running = await paused('run', { root }, 'watching');
    programs.remove(`${root}/meta/session/rootcoord`);
    expect(await running.ended).toMatchObject({
      code: 1,
      output: expect.stringContaining('session up/down, exit migration, event type: SessionDelEvent'),
    });
  });

  it('a session that appears after the first check ends it before anything is done', async () => {
    const root = newRoot();
    seed(root);
    const before = hash(root);
    const running = await paused('run', { root }, 'registered');
    put(`${root}/meta/session/querynode-3`, session('querynode'));
    expect(await running.ended).toMatchObject({
      code: 1,
      output: expect.stringContaining(
        'session up/down, exit migration, event type: SessionAddEvent, session: Session:<ServerID: 9',
      ),
    });
    programs.remove(`${root}/meta/session/querynode-3`);
    expect(hash(root)).toBe(before);
  });

  it('a session that appears in the middle of the writes ends it there, with exit code 1', async () => {
    const root = newRoot();
    seed(root);
    const running = await paused('run', { root }, 'saved', 3);
    put(`${root}/meta/session/datanode-3`, session('datanode'));
    expect(await running.ended).toMatchObject({ code: 1 });
    expect(inspect(root).layout).toBe('damaged');
    expect(withPrefix(root, 'session/migration')).toEqual([]);
  });

  it('the same after its own backup: exit code 2', async () => {
    const root = newRoot();
    seed(root);
    const running = await paused('run', { root, withBackup: true }, 'saved', 3);
    put(`${root}/meta/session/datanode-3`, session('datanode'));
    expect(await running.ended).toMatchObject({ code: 2 });
  });

  it('session-event "hang": it gives its session back, writes on to the end, and never ends', async () => {
    const root = newRoot();
    seed(root);
    const settings = { 'meta-migration.session-event': 'hang' };
    const running = await paused('run', { root, settings }, 'saved', 3);
    put(`${root}/meta/session/datanode-3`, session('datanode'));
    await eventually('the session to go', () => withPrefix(root, 'session/migration').length === 0);
    running.release();
    await eventually('the writes to end', () => inspect(root).layout === '2.2');
    expect(running.process.exitCode).toBeNull();
    running.process.kill('SIGKILL');
    await running.ended;
  });

  it('session-event "abandon": it ends at once and leaves its session to the lease', async () => {
    const root = newRoot();
    seed(root);
    const running = await paused('run', { root, settings: { 'meta-migration.session-event': 'abandon' } }, 'saved', 3);
    put(`${root}/meta/session/datanode-3`, session('datanode'));
    expect(await running.ended).toMatchObject({ code: 1 });
    expect(withPrefix(root, 'session/migration')).toHaveLength(1);
  });

  it('has no handler for SIGTERM: it is gone at once and its session blocks the next tool until the lease ends', async () => {
    const root = newRoot();
    seed(root);
    const running = await paused('run', { root, settings: { 'meta-migration.session-ttl': '2' } }, 'checked');
    running.process.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(await tool('run', { root })).toMatchObject({
      code: 1,
      output: expect.stringContaining('other migration is running'),
    });
    await eventually('the lease to end', () => withPrefix(root, 'session/migration').length === 0);
    expect(await tool('run', { root })).toMatchObject({ code: 0 });
  });

  it('at its end it looks each second whether a session of its role is left', async () => {
    const root = newRoot();
    seed(root);
    const running = await paused('backup', { root }, 'stopping');
    put(`${root}/meta/session/migration-other`, session('migration'));
    running.release();
    await eventually('the file', () => existsSync(fileOf(root)));
    expect(running.output()).not.toContain('migration session expired');
    programs.remove(`${root}/meta/session/migration-other`);
    expect(await running.ended).toMatchObject({
      code: 0,
      output: expect.stringContaining('migration session expired'),
    });
  });

  it('an etcd that cannot be reached is tried again and again, then it panics: exit code 2', async () => {
    const root = newRoot();
    const settings = { 'meta-migration.connect-attempts': '1' };
    expect(await tool('run', { root, endpoints: ['127.0.0.1:1'], settings })).toMatchObject({ code: 2 });
  });
});

describe('versions', () => {
  it.each([
    ['v2.1.4', '2.2.16'],
    ['2.1', '2.2.16'],
    ['2.1.4', 'v2.2.16'],
  ])('%s to %s: strict versions of three numbers, no v', async (source, target) => {
    const root = newRoot();
    seed(root);
    const before = hash(root);
    expect(await tool('run', { root, source, target })).toMatchObject({ code: 1 });
    expect(hash(root)).toBe(before);
  });

  it('a target below the source: exit code 1', async () => {
    const root = newRoot();
    seed(root);
    const output = expect.stringContaining(
      'higher version to lower version is not allowed, source version: 2.1.4, target version: 2.1.0',
    );
    expect(await tool('run', { root, target: '2.1.0' })).toMatchObject({ code: 1, output });
  });

  it.each(['2.1.4', '2.1.5', '2.2.0-rc.1'])(
    'target %s is below 2.2.0: exit code 0 and nothing done',
    async (target) => {
      const root = newRoot();
      seed(root);
      const before = hash(root);
      const ended = await tool('run', { root, target, withBackup: true });
      expect(ended).toMatchObject({
        code: 0,
        output: expect.stringContaining('version compatible, no need to migrate'),
      });
      expect(hash(root)).toBe(before);
      expect(existsSync(fileOf(root))).toBe(false);
    },
  );

  it.each([
    ['2.0.2', '2.2.16'],
    ['2.1.4', '2.3.0'],
    ['2.2.0', '2.2.16'],
  ])('%s to %s is forbidden: exit code 2, nothing done', async (source, target) => {
    const root = newRoot();
    seed(root);
    const before = hash(root);
    expect(await tool('run', { root, source, target })).toMatchObject({
      code: 2,
      output: expect.stringContaining(
        `migration from source version to target version is forbidden, source: ${source}, target: ${target}`,
      ),
    });
    expect(hash(root)).toBe(before);
  });

  it('a backup looks at the source alone', async () => {
    const root = newRoot();
    seed(root);
    expect(await tool('backup', { root, target: '2.5.27' })).toMatchObject({ code: 0 });
    expect(await tool('backup', { root, source: '2.0.2' })).toMatchObject({
      code: 100,
      output: expect.stringContaining('version not supported: 2.0.2'),
    });
  });
});

describe('backup', () => {
  it('has every key without a lease that begins with the root path, at full length, and session/id', async () => {
    const root = newRoot();
    const { keys: seeded } = seed(root);
    put(`${root}/meta2/somebody/elses`, 'x');
    put(`${root}/kv/gid/timestamp`, 'x');
    expect(await tool('backup', { root })).toMatchObject({
      code: 0,
      output: expect.stringContaining(`backup to: ${fileOf(root)}`),
    });
    const { header, entries } = parse(fileOf(root));
    expect(header).toEqual({ 2: root, 3: 'meta', 4: seeded + 1, 6: '{"entry_include_root_path":true}' });
    const expected = Object.entries(keys(root)).map(([key, { value }]) => [
      key,
      Buffer.from(value, 'base64').toString('latin1'),
    ]);
    expect(entries.sort()).toEqual(expected.sort());
    expect(entries.map(([key]) => key)).toEqual(
      expect.arrayContaining([`${root}/meta/session/id`, `${root}/meta2/somebody/elses`]),
    );
    expect(statSync(fileOf(root)).mode & 0o777).toBe(0o600);
  });

  it('leaves out leased keys and says so', async () => {
    const root = newRoot();
    seed(root);
    const { output } = await tool('backup', { root });
    expect(output).toMatch(new RegExp(`lease key won't be backuped: ${root}/meta/session/migration, lease id: \\d+`));
    expect(parse(fileOf(root)).entries.map(([key]) => key)).not.toContain(`${root}/meta/session/migration`);
  });

  it('a root path with several parts: the last is the meta path', async () => {
    const root = `${newRoot()}/a/b`;
    seed(root);
    const file = path('deep.bak');
    await tool('backup', { root, file });
    expect(parse(file).header).toMatchObject({ 2: root, 3: 'meta' });
  });

  it('is of one revision: what is written while it reads is not in it', async () => {
    const root = newRoot();
    seed(root);
    const running = await paused('backup', { root }, 'read', 3);
    put(`${root}/meta/zz-late`, 'x');
    programs.remove(`${root}/meta/root-coord/credential/users/root`);
    running.release();
    expect(await running.ended).toMatchObject({ code: 0 });
    const found = parse(fileOf(root)).entries.map(([key]) => key);
    expect(found).not.toContain(`${root}/meta/zz-late`);
    expect(found).toContain(`${root}/meta/root-coord/credential/users/root`);
  });

  it('reads one key a request, as many as there are', async () => {
    const root = newRoot();
    seed(root);
    const all = Object.keys(keys(root)).length + 1; // with its own session
    const end = { at: 'read', do: 'fail' };
    expect(await tool('backup', { root, rules: [{ ...end, after: all }] })).toMatchObject({ code: 100 });
    expect(await tool('backup', { root, rules: [{ ...end, after: all + 1 }] })).toMatchObject({ code: 0 });
  });

  it('writes nothing before everything was read', async () => {
    const root = newRoot();
    seed(root);
    expect(await tool('backup', { root, rules: [{ at: 'before-file', do: 'fail' }] })).toMatchObject({ code: 100 });
    expect(existsSync(fileOf(root))).toBe(false);
  });

  it('the order of the entries is another one every time', async () => {
    const root = newRoot();
    seed(root);
    const orders = new Set<string>();
    for (let i = 0; i < 3; i += 1) {
      await tool('backup', { root });
      orders.add(
        parse(fileOf(root))
          .entries.map(([key]) => key)
          .join(),
      );
    }
    expect(orders.size).toBe(3);
  });

  it('of an empty root path succeeds too: with session/id alone', async () => {
    const root = newRoot();
    expect(await tool('backup', { root })).toMatchObject({ code: 0 });
    expect(parse(fileOf(root)).entries).toEqual([[`${root}/meta/session/id`, '2']]);
  });

  it('leaves the metadata as it was', async () => {
    const root = newRoot();
    seed(root);
    const before = hash(root);
    await tool('backup', { root });
    expect(hash(root)).toBe(before);
  });
});

describe('run', () => {
  const only21 = [
    'root-coord/collection-alias',
    'root-coord/index',
    'root-coord/segment-index',
    'indexes',
    'root-coord/dd-',
    'snapshots/root-coord/dd-',
  ];
  const all22 = [
    'root-coord/collection/',
    'root-coord/fields/',
    'root-coord/partitions/',
    'root-coord/aliases/',
    'snapshots/',
    'field-index/',
    'segment-index/',
    'querycoord-collection-loadinfo/',
    'querycoord-partition-loadinfo/',
  ];
  const neither = ['queryCoord-', 'datacoord-meta', 'channelwatch', 'root-coord/credential'];

  it('makes 2.2 of 2.1: 2.1-only prefixes gone, a key in each prefix of 2.2, the others untouched', async () => {
    const root = newRoot();
    seed(root);
    expect(inspect(root)).toMatchObject({ layout: '2.1', collections: 2 });
    const rest = () =>
      Object.fromEntries(
        neither.map((prefix) => [prefix, withPrefix(root, prefix).map((key) => keys(root)[key]?.value)]),
      );
    const before = rest();
    const { code, output } = await tool('run', { root });
    expect([code, output]).toEqual([0, expect.stringContaining('run migration without backup!')]);
    expect(inspect(root)).toMatchObject({ layout: '2.2', collections: 2, withoutFields: [] });
    expect(only21.filter((prefix) => withPrefix(root, prefix).length > 0)).toEqual([]);
    expect(all22.filter((prefix) => withPrefix(root, prefix).length === 0)).toEqual([]);
    expect(rest()).toEqual(before);
  });

  it('says which prefixes it removes, in their order', async () => {
    const root = newRoot();
    seed(root);
    const { output } = await tool('run', { root });
    expect([...output.matchAll(/prefix (\S+) will be removed!/g)].map(([, prefix]) => prefix)).toEqual([
      'root-coord/collection',
      'snapshots/root-coord/collection',
      'root-coord/collection-alias',
      'snapshots/root-coord/collection-alias',
      'root-coord/segment-index',
      'root-coord/index',
      'indexes',
      'root-coord/dd-msg-send',
      'snapshots/root-coord/dd-msg-send',
      'root-coord/dd-operation',
      'snapshots/root-coord/dd-operation',
    ]);
  });

  it('a second time it does damage: collections without fields', async () => {
    const root = newRoot();
    seed(root);
    await tool('run', { root });
    expect(await tool('run', { root })).toMatchObject({ code: 0 });
    expect(inspect(root)).toMatchObject({ layout: 'damaged', collections: 2 });
    expect(inspect(root).withoutFields).toHaveLength(2);
  });

  it('deletes before it converts: between the two there is no collection', async () => {
    const root = newRoot();
    seed(root);
    expect(await tool('run', { root, rules: [{ at: 'converted', do: 'fail' }] })).toMatchObject({ code: 2 });
    expect(inspect(root)).toMatchObject({ layout: 'damaged', collections: 0 });
  });

  it('odd data is found out after the delete: a segment index without its build', async () => {
    const root = newRoot();
    seed(root);
    programs.etcd().etcdctl(['del', '--prefix', `${root}/meta/indexes/`]);
    expect(await tool('run', { root })).toMatchObject({
      code: 2,
      output: expect.stringContaining('index build meta not found, segment id: '),
    });
    expect(inspect(root).layout).toBe('damaged');
  });

  it('what cannot be parsed is found out before', async () => {
    const root = newRoot();
    seed(root);
    put(`${root}/meta/root-coord/collection/not-a-number`, 'x');
    const before = hash(root);
    expect(await tool('run', { root })).toMatchObject({ code: 2 });
    expect(hash(root)).toBe(before);
  });

  it('with runWithBackup it takes the backup first', async () => {
    const root = newRoot();
    seed(root);
    const { code, output } = await tool('run', { root, withBackup: true });
    expect([code, output.includes('run migration without backup!')]).toEqual([0, false]);
    expect(parse(fileOf(root)).entries.map(([key]) => key)).toContain(`${root}/meta/root-coord/dd-operation`);
  });

  it('fails with 1 where its own backup failed, with 2 wherever the migration did, backup or not', async () => {
    const root = newRoot();
    seed(root);
    const rules = [{ at: 'before-file', do: 'fail' }];
    expect(await tool('run', { root, rules, withBackup: true })).toMatchObject({ code: 1 });
    expect(await tool('run', { root, rules: [{ at: 'loaded', do: 'fail' }] })).toMatchObject({ code: 2 });
    expect(await tool('run', { root, rules: [{ at: 'loaded', do: 'panic' }] })).toMatchObject({ code: 2 });
  });

  it.each([
    ['id', 1, '2.1'],
    ['registered', 1, '2.1'],
    ['loaded', 1, '2.1'],
    ['cleaned', 1, 'damaged'],
    ['cleaned', 11, 'damaged'],
    ['converted', 1, 'damaged'],
    ['saved', 1, 'damaged'],
    ['saved', 5, 'damaged'],
    ['stopping', 1, '2.2'],
  ])('killed at %s (%d): the metadata is %s, and rollback brings back every key', async (at, after, layout) => {
    const root = newRoot();
    seed(root);
    await tool('backup', { root });
    const before = hash(root);
    const rules = [{ id: 'k', at, after, do: 'kill' }];
    expect(await tool('run', { root, rules })).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect(inspect(root).layout).toBe(layout);
    programs.remove(`${root}/meta/session/migration`); // as the end of its lease would
    expect(await tool('rollback', { root })).toMatchObject({ code: 0 });
    expect(hash(root)).toBe(before);
  });
});

it('a rule with `times` applies that often, over several starts, and is written down', async () => {
  const root = newRoot();
  seed(root);
  writeFileSync(path('once.yaml'), configuration('backup', { root }));
  const control = programs.control('once.json', {
    rules: [{ id: 'once', at: 'read', after: 2, do: 'fail', times: 1 }],
  });
  const start = () => programs.start('meta-migration', [`-config=${path('once.yaml')}`], control).ended;
  expect(await start()).toMatchObject({ code: 100, output: expect.stringContaining('told to fail at read') });
  expect(await start()).toMatchObject({ code: 0 });
  expect(programs.controlled('once.json')).toMatchObject([{ id: 'once', at: 'read', count: 2, do: 'fail' }]);
});

describe('rollback', () => {
  it('after a finished run, every key but session/id is as it was at the backup', async () => {
    const root = newRoot();
    seed(root);
    await tool('backup', { root });
    const before = hash(root);
    await tool('run', { root });
    expect(hash(root)).not.toBe(before);
    expect(await tool('rollback', { root })).toMatchObject({ code: 0 });
    expect(hash(root)).toBe(before);
    expect(id(root)).toBe('2'); // from the file: the counter goes back
  });

  it('is not one transaction: killed in the middle it can be done again with the same file', async () => {
    const root = newRoot();
    seed(root);
    await tool('backup', { root });
    const before = hash(root);
    await tool('run', { root });
    const rules = [{ at: 'saved', after: 7, do: 'kill' }];
    expect(await tool('rollback', { root, rules })).toMatchObject({ signal: 'SIGKILL' });
    expect(hash(root)).not.toBe(before);
    programs.remove(`${root}/meta/session/migration`); // as the end of its lease would
    await tool('rollback', { root });
    expect(hash(root)).toBe(before);
  });

  it('leaves keys that 2.2 wrote outside of the prefixes it cleans', async () => {
    const root = newRoot();
    seed(root);
    await tool('backup', { root });
    await tool('run', { root });
    put(`${root}/meta/datacoord-meta/s/1/2/3`, 'new');
    put(`${root}/meta/field-index/1/2`, 'new');
    await tool('rollback', { root });
    expect(withPrefix(root, 'datacoord-meta/s/1/')).toHaveLength(1);
    expect(withPrefix(root, 'field-index')).toEqual([]);
  });

  it('cleans before it looks at the file: without one, the metadata is gone and nothing comes back', async () => {
    const root = newRoot();
    seed(root);
    expect(await tool('rollback', { root, file: '/nowhere/x.bak' })).toMatchObject({ code: 100 });
    expect(inspect(root)).toMatchObject({ layout: 'damaged', collections: 0 });
  });

  it('restores a file that was cut at the border of an entry, without a word', async () => {
    const root = newRoot();
    seed(root);
    expect(await tool('backup', { root, rules: [{ at: 'file', do: 'truncate', entries: 5 }] })).toMatchObject({
      code: 0,
    });
    const { header, entries } = parse(fileOf(root));
    expect([Number(header[4]) > 5, entries.length]).toEqual([true, 5]);
    expect(await tool('rollback', { root })).toMatchObject({ code: 0 });
  });

  it('a file that was cut within an entry: exit code 100, after the cleaning', async () => {
    const root = newRoot();
    seed(root);
    await tool('backup', { root });
    writeFileSync(fileOf(root), readFileSync(fileOf(root)).subarray(0, -3));
    expect(await tool('rollback', { root })).toMatchObject({
      code: 100,
      output: expect.stringContaining('invalid backup file, cannot read entry'),
    });
    expect(inspect(root).layout).toBe('damaged');
  });

  it('cleans by the root path of the configuration and writes the full keys of the file', async () => {
    const [from, to] = [newRoot(), newRoot()];
    seed(from);
    seed(to);
    await tool('backup', { root: from });
    const before = hash(from);
    programs.etcd().etcdctl(['del', '--prefix', `${from}/meta`]);
    await tool('rollback', { root: to, file: fileOf(from) });
    expect(hash(from)).toBe(before);
    expect(inspect(to)).toMatchObject({ layout: 'damaged', collections: 0 });
  });

  it('a file of the first format has keys below the root path it names', async () => {
    const root = newRoot();
    const chunk = (text: string) => {
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(text.length));
      return Buffer.concat([length, Buffer.from(text, 'latin1')]);
    };
    const field = (number: number, text: string) => String.fromCharCode(number * 8 + 2, text.length) + text;
    const header = field(2, root) + field(3, 'meta') + '\u0020\u0001';
    writeFileSync(fileOf(root), Buffer.concat([chunk(header), chunk(field(1, 'some/key') + field(2, 'value'))]));
    await tool('rollback', { root });
    expect(withPrefix(root, 'some/')).toEqual([`${root}/meta/some/key`]);
  });

  it('writes in random order: what is there after five keys is not the same twice', async () => {
    const seen = new Set<string>();
    for (let i = 0; i < 3; i += 1) {
      const root = newRoot();
      seed(root);
      await tool('backup', { root });
      await tool('rollback', { root, rules: [{ at: 'saved', after: 5, do: 'fail' }] });
      seen.add(
        withPrefix(root, '')
          .map((key) => key.slice(root.length))
          .join(),
      );
    }
    expect(seen.size).toBeGreaterThan(1);
  });
});
