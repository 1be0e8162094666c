import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { Values } from '../../../src/helm/port.js';
import { carryOver, type CarryOver } from '../../../src/plan/migration/carry-over.js';
import { overlay } from '../../../src/values/merge.js';
import { getPath } from '../../../src/values/tree.js';
import { charts } from './charts.js';

type Version = keyof typeof charts;

const ask = (userValues: Values, installed: Version = '3.2.18', target: Version = '4.0.34'): CarryOver =>
  carryOver({ installed: charts[installed], target: charts[target], userValues });

const fileOf = ({ values }: CarryOver): string => {
  const file = (values.extraConfigFiles as Values | undefined)?.['user.yaml'];
  return typeof file === 'string' ? file : '';
};

const problems = (answer: CarryOver): readonly string[] => answer.problems.map(({ id }) => id);

describe('carryOver', () => {
  const carried: readonly [what: string, stored: Values, installed: Version, target: Version, file: string][] = [
    ['a root path', { metadata: { rootPath: 'mine' } }, '3.2.18', '4.0.34', 'etcd:\n  rootPath: mine\n'],
    // The template wrote it without quotation marks, so Milvus read an octal number.
    ['a root path of digits', { metadata: { rootPath: '0123' } }, '3.2.18', '4.0.34', 'etcd:\n  rootPath: 83\n'],
    ['an empty root path', { metadata: { rootPath: '' } }, '3.2.18', '4.0.34', 'etcd:\n  rootPath: ""\n'],
    [
      'authorization that is on in words',
      { authorization: { enabled: 'yes' } },
      ...(['3.2.18', '4.0.34'] as const),
      'common:\n  security:\n    authorizationEnabled: true\n',
    ],
    [
      'a channel prefix, under both names',
      { msgChannel: { chanNamePrefix: { cluster: 'mine' } } },
      ...(['3.2.18', '4.0.34'] as const),
      'msgChannel:\n  chanNamePrefix:\n    cluster: mine\ncommon:\n  chanNamePrefix:\n    cluster: mine\n',
    ],
    [
      'a channel prefix on a chart that reads the value',
      { msgChannel: { chanNamePrefix: { cluster: 'mine' } } },
      ...(['3.2.18', '3.3.6'] as const),
      'msgChannel:\n  chanNamePrefix:\n    cluster: mine\ncommon:\n  chanNamePrefix:\n    cluster: mine\n',
    ],
    [
      'a renamed setting',
      { dataNode: { flush: { insertBufSize: '0123' } } },
      ...(['3.2.18', '3.3.6'] as const),
      // The template wrote this one between quotation marks.
      'dataNode:\n  segment:\n    insertBufSize: "0123"\n',
    ],
    ['a large number', { proxy: { maxTaskNum: 5e6 } }, '3.2.18', '4.0.34', 'proxy:\n  maxTaskNum: 5000000\n'],
    [
      "RocksMQ's directory",
      { cluster: { enabled: false }, standalone: { persistence: { mountPath: '/data' } } },
      ...(['3.2.18', '4.0.34'] as const),
      'rocksmq:\n  path: /data/rdb_data\n',
    ],
    [
      'a value that the new chart shows and does not read',
      { proxy: { http: { enabled: true } } },
      ...(['3.2.18', '4.0.34'] as const),
      'proxy:\n  http:\n    enabled: true\n',
    ],
  ];

  it.each(carried)('carries over %s', (_, stored, installed, target, file) => {
    const answer = ask(stored, installed, target);
    expect(answer.problems).toEqual([]);
    expect(fileOf(answer)).toBe(file);
  });

  it('takes away what the target does not read, and keeps what it does', () => {
    const stored = {
      metadata: { rootPath: 'mine' },
      cluster: { enabled: false },
      standalone: { persistence: { mountPath: '/data' } },
    };
    const next = overlay(stored, ask(stored).values);
    expect(getPath(next, 'metadata.rootPath')).toBeUndefined();
    expect(getPath(next, 'standalone.persistence.mountPath')).toBe('/data');
    const kept = overlay(stored, ask(stored, '3.2.18', '3.3.6').values);
    expect(getPath(kept, 'metadata.rootPath')).toBe('mine');
    expect(kept.extraConfigFiles).toBeUndefined();
  });

  it('says what had no effect, and why', () => {
    const stored = {
      standalone: { rocksmq: { retentionSizeInMB: 1 } },
      dataNode: { segment: { syncPeriod: 1 } },
    };
    const answer = ask(stored);
    expect(answer.dropped.map(({ key }) => key)).toEqual([
      'standalone.rocksmq.retentionSizeInMB',
      'dataNode.segment.syncPeriod',
    ]);
    expect(answer.problems).toEqual([]);
    expect(fileOf(answer)).toBe('');
    expect(overlay(stored, answer.values)).toEqual({ standalone: { rocksmq: {} }, dataNode: { segment: {} } });
  });

  it('says what takes effect for the first time, and what is read otherwise', () => {
    expect(ask({ dataNode: { segment: { syncPeriod: 1 } } }, '3.2.18', '3.3.6').notices).toEqual([
      'dataNode.segment.syncPeriod: chart 3.2.18 did not read it, chart 3.3.6 does.',
    ]);
    expect(ask({ rootCoordinator: { replicas: 2 } }).notices.join()).toContain('activeStandby');
    expect(ask({ rootCoordinator: { replicas: 1 } }).notices).toEqual([]);
  });

  it('turns hosts of an Ingress into rules', () => {
    const answer = ask({ ingress: { enabled: true, hosts: ['a.example', 'b.example'] } });
    expect(answer.problems).toEqual([]);
    expect(answer.values.ingress).toEqual({
      hosts: null,
      rules: [
        { host: 'a.example', path: '/', pathType: 'Prefix' },
        { host: 'b.example', path: '/', pathType: 'Prefix' },
      ],
    });
    expect(problems(ask({ ingress: { hosts: ['a.example'], rules: [{ host: 'b.example' }] } }))).toEqual([
      'value-not-carried',
    ]);
  });

  const refused: readonly [what: string, stored: Values, id: string][] = [
    ['a key without a row', { proxy: { secretSauce: 'x' } }, 'value-without-row'],
    ['a section without a row', { wizardry: { on: true } }, 'value-without-row'],
    ['a map in the place of a value', { metadata: { rootPath: { a: 1 } } }, 'value-without-row'],
    ['a list in the place of a value', { metadata: { rootPath: ['a'] } }, 'value-not-carried'],
    ['a configuration file of its own', { extraConfigFiles: { 'default.yaml': 'a: 1' } }, 'user-yaml'],
    ['a file that pods used to get', { extraConfigFiles: { 'milvus.yaml': 'a: 1' } }, 'user-yaml'],
    ['a user.yaml that is no YAML', { extraConfigFiles: { 'user.yaml': 'a: [' } }, 'user-yaml'],
    ['a user.yaml that is no text', { extraConfigFiles: { 'user.yaml': { a: 1 } } }, 'user-yaml'],
    [
      'a user.yaml that pods do not get yet and that says otherwise',
      { metadata: { rootPath: 'mine' }, extraConfigFiles: { 'user.yaml': 'etcd:\n  rootPath: other\n' } },
      'value-contradiction',
    ],
    [
      'a text where a section would have to be',
      { metadata: { rootPath: 'mine' }, extraConfigFiles: { 'user.yaml': 'etcd: none\n' } },
      'user-yaml',
    ],
  ];

  it.each(refused)('refuses %s', (_, stored, id) => {
    const answer = ask(stored);
    expect(problems(answer)).toEqual([id]);
  });

  it('never repeats a value in a problem', () => {
    const answer = ask({ wizardry: 'secret-value', metadata: { rootPath: ['secret-value'] } });
    expect(answer.problems).toHaveLength(2);
    expect(JSON.stringify(answer)).not.toContain('secret-value');
  });

  it('knows sections of other charts, maps of the own, and values that the chart does not show', () => {
    const stored = {
      ...{ fullnameOverride: 'x', etcd: { anything: 1 }, service: { annotations: { 'a.b/c': 'd' } } },
      ...{ serviceAccount: { annotations: { e: 'f' } }, proxy: { resources: { limits: { cpu: 1 } }, gone: null } },
    };
    expect(ask(stored)).toEqual({ values: {}, carried: [], dropped: [], notices: [], problems: [] });
  });

  it('asks a person where one value cannot be turned into another', () => {
    const answer = carryOver({
      installed: { ...charts['3.2.18'], version: '3.2.5' },
      target: charts['3.3.6'],
      userValues: { quotaAndLimits: { ddl: { flushRate: 5 } } },
    });
    expect(problems(answer)).toEqual(['value-not-carried']);
    expect(answer.problems[0]?.remedy).toContain('quotaAndLimits.flushRate.enabled');
  });
});

describe('an existing user.yaml', () => {
  const file = '# mine\nproxy:\n  maxNameLength: 300 # long\netcd:\n  requestTimeout: "0777"\n';
  const stored = { metadata: { rootPath: 'mine' }, extraConfigFiles: { 'user.yaml': file } };

  it('is added to, and stays as it is written', () => {
    expect(fileOf(ask(stored, '3.3.6'))).toBe(
      '# mine\nproxy:\n  maxNameLength: 300 # long\netcd:\n  requestTimeout: "0777"\n  rootPath: mine\n',
    );
  });

  it('keeps its comments where it has nothing else', () => {
    const text = fileOf(ask({ ...stored, extraConfigFiles: { 'user.yaml': '# nothing yet\n' } }, '3.3.6'));
    expect(text).toBe('# nothing yet\netcd:\n  rootPath: mine\n');
  });

  it('wins where pods get it: then that is what runs', () => {
    const own = 'etcd:\n  rootPath: other\n';
    const answer = ask({ ...stored, extraConfigFiles: { 'user.yaml': own } }, '3.3.6');
    expect(answer.problems).toEqual([]);
    expect(fileOf(answer)).toBe('');
    expect(answer.notices).toEqual([
      'metadata.rootPath had no effect: etcd.rootPath in extraConfigFiles.user.yaml counts above it, and stays.',
    ]);
    expect(overlay(stored, answer.values).metadata).toEqual({});
  });

  it('may say the same in another spelling', () => {
    const own = 'etcd:\n  rootpath: mine\n';
    const answer = ask({ ...stored, extraConfigFiles: { 'user.yaml': own } });
    expect(answer.problems).toEqual([]);
    expect(fileOf(answer)).toBe('');
  });

  it('gets the other name of a channel prefix that it has under one', () => {
    const own = 'common:\n  chanNamePrefix:\n    cluster: mine\n';
    const answer = ask({ extraConfigFiles: { 'user.yaml': own } }, '3.3.6');
    expect(parse(fileOf(answer))).toEqual({
      common: { chanNamePrefix: { cluster: 'mine' } },
      msgChannel: { chanNamePrefix: { cluster: 'mine' } },
    });
  });

  it('contradicts itself where the two names of a channel prefix differ', () => {
    const own = 'common: {chanNamePrefix: {cluster: a}}\nmsgChannel: {chanNamePrefix: {cluster: b}}\n';
    expect(problems(ask({ extraConfigFiles: { 'user.yaml': own } }, '3.3.6'))).toEqual(['value-contradiction']);
  });
});
