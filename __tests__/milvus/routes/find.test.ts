import { describe, expect, it } from '@jest/globals';
import { unknown } from '../../../src/milvus/knowledge.js';
import { ask, blocking, shown, type Given } from './question.js';

const merged = [
  'mixCoordinator.enabled=true',
  'rootCoordinator.enabled=false',
  'queryCoordinator.enabled=false',
  'indexCoordinator.enabled=false',
  'dataCoordinator.enabled=false',
];
const streaming = ['streaming.enabled=true', 'indexNode.enabled=false'];
const changesOf = (source: string, target: string, given?: Given): readonly (readonly string[])[] =>
  ask(source, target, given).hops.map(({ changes }) => changes.map(({ key, value }) => `${key}=${String(value)}`));

describe('the way', () => {
  const rocksmq: Given = { mode: 'standalone', coordinators: 'none', queue: 'rocksmq' };
  const table: readonly [string, string, Given, readonly string[]][] = [
    ['2.3.11', '2.3.11', {}, ['same-version 2.3.11>2.3.11 4.1.24']],
    ['2.4.13', '2.4.13', {}, ['same-version 2.4.13>2.4.13 4.2.14']],
    ['2.5.0-beta', '2.5.0-beta', {}, ['same-version 2.5.0-beta>2.5.0-beta 4.2.32']],
    ['1.1.1', '1.1.1', {}, ['same-version 1.1.1>1.1.1 1.1.6']],
    ['2.0.1', '2.0.2', {}, ['within-minor 2.0.1>2.0.2 3.0.29']],
    ['2.1.0', '2.1.4', {}, ['within-minor 2.1.0>2.1.4 3.2.18']],
    ['2.2.0', '2.2.16', {}, ['within-minor 2.2.0>2.2.16 4.0.34']],
    ['2.2.3', '2.2.16', rocksmq, ['within-minor 2.2.3>2.2.16 4.0.34']],
    ['2.4.13', '2.4.13-hotfix', {}, ['within-minor 2.4.13>2.4.13-hotfix 4.2.16']],
    ['2.6.4', '2.6.15', {}, ['within-minor 2.6.4>2.6.15 5.0.19']],
    ['3.0.0', '3.0.1', {}, ['within-minor 3.0.0>3.0.1 5.0.19']],
    ['2.0.2', '2.1.4', {}, ['2.0-to-2.1 2.0.2>2.1.4 3.2.18']],
    ['2.0.2', '2.2.16', {}, ['2.0-to-2.1 2.0.2>2.1.4 3.2.18', '2.1-to-2.2 2.1.4>2.2.16 4.0.34']],
    ['2.1.0', '2.2.16', {}, ['2.1-to-2.2 2.1.0>2.2.16 4.0.34']],
    ['2.1.4', '2.2.8', rocksmq, ['2.1-to-2.2 2.1.4>2.2.8 4.0.22']],
    ['2.1.4', '2.3.22', {}, ['2.1-to-2.2 2.1.4>2.2.16 4.0.34', '2.2-to-2.3 2.2.16>2.3.22 4.1.28']],
    ['2.2.14', '2.3.12', {}, ['within-minor 2.2.14>2.2.16 4.0.34', '2.2-to-2.3 2.2.16>2.3.12 4.1.27']],
    ['2.2.15', '2.3.4', {}, ['2.2-to-2.3 2.2.15>2.3.4 4.1.11']],
    ['2.3.11', '2.4.23', {}, ['2.3-to-2.4 2.3.11>2.4.23 4.2.20']],
    ['2.3.11', '2.4.5', {}, ['2.3-to-2.4 2.3.11>2.4.5 4.1.36']],
    ['2.2.16', '2.4.23', {}, ['2.2-to-2.3 2.2.16>2.3.22 4.1.28', '2.3-to-2.4 2.3.22>2.4.23 4.2.20']],
    ['2.3.11', '2.5.16', {}, ['2.3-to-2.4 2.3.11>2.4.24 4.2.20', '2.4-to-2.5 2.4.24>2.5.16 4.2.58']],
    ['2.4.24', '2.5.27', {}, ['2.4-to-2.5 2.4.24>2.5.27 4.2.58']],
    ['2.4.16', '2.6.15', {}, ['2.4-to-2.5 2.4.16>2.5.27 4.2.58', '2.5-to-2.6 2.5.27>2.6.15 5.0.19']],
    ['2.5.4', '2.6.15', {}, ['2.5-mixcoord 2.5.4>2.5.27 4.2.58', '2.5-to-2.6 2.5.27>2.6.15 5.0.19']],
    ['2.5.4', '2.6.15', { coordinators: 'mixcoord' }, ['within-minor 2.5.4>2.5.27 4.2.58', '2.5-to-2.6 2.5.27>2.6.15 5.0.19']],
    ['2.5.16', '2.6.15', { coordinators: 'mixcoord' }, ['2.5-to-2.6 2.5.16>2.6.15 5.0.19']],
    ['2.5.16', '2.6.15', {}, ['2.5-mixcoord 2.5.16>2.5.27 4.2.58', '2.5-to-2.6 2.5.27>2.6.15 5.0.19']],
    ['2.5.27', '2.6.15', {}, ['2.5-mixcoord 2.5.27>2.5.27 4.2.58', '2.5-to-2.6 2.5.27>2.6.15 5.0.19']],
    ['2.5.28', '2.6.15', {}, ['2.5-mixcoord 2.5.28>2.5.28 4.2.58', '2.5-to-2.6 2.5.28>2.6.15 5.0.19']],
    ['2.5.27', '2.6.15', { installed: '4.2.49' }, ['2.5-mixcoord 2.5.27>2.5.27 4.2.58', '2.5-to-2.6 2.5.27>2.6.15 5.0.19']],
    ['2.5.15', '2.6.15', rocksmq, ['within-minor 2.5.15>2.5.27 4.2.58', '2.5-to-2.6 2.5.27>2.6.15 5.0.19']],
    ['2.5.16', '2.6.15', rocksmq, ['2.5-to-2.6 2.5.16>2.6.15 5.0.19']],
    ['2.6.5', '3.0.0', { installed: '5.0.7' }, ['2.6-to-3.0 2.6.5>3.0.0 5.0.7']],
    ['2.6.15', '3.0.0', { ...rocksmq, installed: '5.0.19' }, ['2.6-to-3.0 2.6.15>3.0.0 5.0.19']],
    ['2.5.27', '3.0.0', { coordinators: 'mixcoord' }, ['2.5-to-2.6 2.5.27>2.6.20 5.0.19', '2.6-to-3.0 2.6.20>3.0.0 5.0.19']],
  ]; // prettier-ignore

  it.each(table)('%s -> %s %j', (source, target, given, hops) => {
    expect(shown(ask(source, target, given))).toEqual(hops);
  });

  it('takes 2.1.4 with separate coordinators and Pulsar 2 to 3.0 by six hops', () => {
    const route = ask('2.1.4', '3.0.0');
    expect(shown(route)).toEqual([
      '2.1-to-2.2 2.1.4>2.2.16 4.0.34',
      '2.2-to-2.3 2.2.16>2.3.22 4.1.28',
      '2.3-to-2.4 2.3.22>2.4.24 4.2.20',
      '2.4-to-2.5 2.4.24>2.5.27 4.2.58',
      '2.5-to-2.6 2.5.27>2.6.20 5.0.19',
      '2.6-to-3.0 2.6.20>3.0.0 5.0.19',
    ]);
    expect(route.hops.map(({ path }) => path)).toEqual(['migration', 'helm', 'helm', 'helm', 'helm', 'helm']);
    expect(blocking(route)).toEqual(['backup-not-confirmed']);
  });

  it('says why there is a stop', () => {
    expect(ask('2.2.14', '2.3.12').hops[0]?.notices[0]).toContain('2.2.15 or 2.2.16');
    expect(ask('2.5.4', '2.6.15', { coordinators: 'mixcoord' }).hops[0]?.notices[0]).toContain('from 2.5.16 or newer');
    expect(ask('2.2.14', '2.2.16').hops[0]?.notices).toEqual([]);
  });

  it('names the page of the mode', () => {
    expect(ask('2.5.16', '2.6.15', rocksmq).hops[0]?.documentation).toContain('upgrade_milvus_standalone-helm.md');
    expect(ask('2.5.27', '2.6.15').hops.map(({ documentation }) => documentation)).toEqual([
      'https://milvus.io/docs/v2.6.x/upgrade_milvus_cluster-helm.md',
      'https://milvus.io/docs/v2.6.x/upgrade_milvus_cluster-helm.md',
    ]);
  });
});

describe('changes of frozen keys', () => {
  const table: readonly [string, string, Given, readonly (readonly string[])[]][] = [
    ['2.3.11', '2.5.27', {}, [[], []]],
    ['2.4.16', '2.6.15', {}, [merged, streaming]],
    ['2.3.11', '2.6.15', {}, [[], merged, streaming]],
    ['2.5.4', '2.6.15', {}, [merged, streaming]],
    ['2.5.27', '2.6.15', {}, [merged, streaming]],
    ['2.5.27', '2.6.15', { coordinators: 'mixed' }, [merged, streaming]],
    ['2.4.16', '2.6.15', { coordinators: 'mixcoord' }, [[], streaming]],
    ['2.5.16', '2.6.15', { coordinators: 'mixcoord' }, [streaming]],
    ['2.5.16', '2.6.15', { mode: 'standalone', coordinators: 'none', queue: 'rocksmq' }, [[]]],
    ['2.5.4', '2.6.15', { mode: 'standalone', coordinators: 'none', queue: 'kafka' }, [[], []]],
    ['2.6.5', '2.6.15', {}, [[]]],
    ['2.6.20', '3.0.0', {}, [[]]],
  ];
  it.each(table)('%s -> %s %j', (source, target, given, changes) => {
    expect(changesOf(source, target, given)).toEqual(changes);
  });
});

describe('one step over several minors', () => {
  const allow = ['skipped-minor'];
  it.each([
    ['2.2.15', '2.4.23', '4.2.20'],
    ['2.2.16', '2.5.16', '4.2.58'],
    ['2.3.11', '2.5.27', '4.2.58'],
  ])('%s -> %s is taken when it is asked for', (source, target, chart) => {
    const route = ask(source, target, { allow });
    expect(shown(route)).toEqual([`skipped-minor ${source}>${target} ${chart}`]);
    expect(route.findings).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: 'skipped-minor', overridable: true })]),
    );
    expect(route.hops[0]?.pointOfNoReturn).toContain(`that ${source.slice(0, 3)} cannot read`);
    expect(ask(source, target).hops.length).toBeGreaterThan(1);
  });

  it.each([
    ['2.2.14', '2.4.23', 3],
    ['2.1.4', '2.4.23', 3],
    ['2.4.24', '2.6.15', 2],
    ['2.3.11', '2.6.15', 3],
    ['2.5.27', '3.0.0', 3],
  ])('%s -> %s is not', (source, target, hops) => {
    const route = ask(source, target, { allow });
    expect(route.hops.length).toBe(hops);
    expect(blocking(route)).not.toContain('skipped-minor');
  });

  it('changes nothing on a single crossing', () => {
    expect(ask('2.3.11', '2.4.23', { allow })).toEqual(ask('2.3.11', '2.4.23'));
  });

  it('still tells what each crossing on the way means, and keeps the floors', () => {
    const { hops, findings } = ask('2.2.16', '2.5.3', { allow });
    expect(hops[0]?.notices).toEqual(
      expect.arrayContaining([expect.stringContaining('ANNOY'), expect.stringContaining('mmap')]),
    );
    expect(findings.map(({ id }) => id)).toContain('2.4-to-2.5-target');
  });
});

describe('the chart of a hop', () => {
  it('follows the chart of the hop before', () => {
    const why = ask('2.6.5', '3.0.0', { installed: '5.0.19' }).hops[0]?.chart.why;
    expect(why).toContain('the image alone');
    expect(ask('2.5.27', '3.0.0', { coordinators: 'mixcoord' }).hops.map(({ chart }) => chart.chartVersion)).toEqual([
      '5.0.19',
      '5.0.19',
    ]);
  });

  it('is the one asked for on the last hop alone', () => {
    const route = ask('2.3.11', '2.5.16', { requestedChart: '4.2.40' });
    expect(shown(route)).toEqual(['2.3-to-2.4 2.3.11>2.4.24 4.2.20', '2.4-to-2.5 2.4.24>2.5.16 4.2.40']);
  });

  it('moves for the coordinators even where the version stays', () => {
    const [hop] = ask('2.5.27', '2.6.15', { installed: '4.2.49' }).hops;
    expect(hop?.chart.why).toContain('4.2.58');
  });

  it('is kept where nothing of it has to change', () => {
    const [hop] = ask('2.5.27', '2.6.15', { installed: { version: '4.2.59', appVersion: '2.5.27' } }).hops;
    expect(hop?.chart.chartVersion).toBe('4.2.59');
  });
});

describe('the point of no return', () => {
  it.each([
    ['2.4.5', '2.4.24', undefined],
    ['2.4.24', '2.4.24', undefined],
    ['2.0.2', '2.1.4', '2.0 cannot read'],
    ['2.1.4', '2.2.16', 'only the metadata backup'],
    ['2.3.22', '2.4.24', '2.3 cannot read'],
    ['2.4.24', '2.5.27', '2.4 cannot read'],
    ['2.6.20', '3.0.0', 'not validated'],
  ])('%s -> %s: %s', (source, target, text) => {
    const point = ask(source, target).hops.at(-1)?.pointOfNoReturn;
    expect(point === undefined ? undefined : point.includes(text ?? '-')).toBe(text === undefined ? undefined : true);
  });

  it('is into 2.6, not before it', () => {
    expect(
      ask('2.5.4', '2.6.15').hops.map(({ pointOfNoReturn }) => pointOfNoReturn?.includes('way back to 2.5')),
    ).toEqual([undefined, true]);
  });
});

describe('notices', () => {
  const told = (source: string, target: string, given?: Given): string =>
    ask(source, target, given)
      .hops.flatMap(({ notices }) => notices)
      .join('\n');
  const table: readonly [string, string, Given, string, boolean][] = [
    ['2.1.4', '2.2.16', {}, 'stay loaded', true],
    ['2.1.4', '2.2.16', {}, 'metadata alone', true],
    ['2.2.2', '2.2.16', {}, '64 fields', true],
    ['2.1.4', '2.2.16', {}, '64 fields', true],
    ['2.2.3', '2.2.16', {}, '64 fields', false],
    ['2.2.0', '2.2.1', {}, '64 fields', false],
    ['2.2.16', '2.3.4', {}, 'ANNOY', true],
    ['2.3.4', '2.3.22', {}, 'ANNOY', false],
    ['2.2.16', '2.3.4', {}, '2.3.12 fixes', true],
    ['2.2.16', '2.3.12', {}, '2.3.12 fixes', false],
    ['2.3.22', '2.4.24', {}, 'mmap', true],
    ['2.3.22', '2.4.3', {}, '2.4.4 fixes', true],
    ['2.3.22', '2.4.4', {}, '2.4.4 fixes', false],
    ['2.3.22', '2.4.5', {}, '2.4.6 fixes', true],
    ['2.3.22', '2.4.6', {}, '2.4.6 fixes', false],
    ['2.4.1', '2.4.5', {}, '2.4.6 fixes', false],
    ['2.4.23', '2.5.11', { coordinators: 'mixcoord' }, 'fall back correctly', true],
    ['2.4.23', '2.5.11', {}, 'fall back correctly', false],
    ['2.4.23', '2.5.12', { coordinators: 'mixcoord' }, 'fall back correctly', false],
    ['2.4.24', '2.5.21', {}, '2.5.22 fixes', true],
    ['2.4.24', '2.5.22', {}, '2.5.22 fixes', false],
    ['2.5.27', '2.6.15', { coordinators: 'mixed' }, 'mixcoord alone', true],
    ['2.5.27', '2.6.15', {}, 'mixcoord alone', false],
    ['2.5.27', '2.6.15', {}, 'restart mixcoord first', true],
    ['2.5.27', '2.6.15', { mode: 'standalone', coordinators: 'none' }, 'restart mixcoord first', false],
    ['2.5.27', '2.6.15', {}, 'expect writes to be interrupted', true],
    ['2.5.27', '2.6.15', {}, 'message queue stays', true],
    ['2.6.4', '2.6.15', { queue: 'woodpecker' }, 'RELEASE.2024-12-18', true],
    ['2.6.4', '2.6.15', {}, 'RELEASE.2024-12-18', false],
    ['2.6.20', '3.0.0', { queue: 'woodpecker' }, 'woodpecker.enabled=false', true],
    ['2.6.20', '3.0.0', {}, 'woodpecker.enabled=false', false],
    ['2.6.20', '3.0.0', {}, 'Storage V3 stays off', true],
    ['2.6.20', '2.6.20', { queue: 'woodpecker' }, 'See', false],
  ];
  it.each(table)('%s -> %s %j: %s is %s', (source, target, given, text, expected) => {
    expect(told(source, target, given).includes(text)).toBe(expected);
  });
});

describe('a fact that is not known', () => {
  it('keeps a metadata migration from being planned as safe', () => {
    const route = ask('2.1.4', '2.2.16', { metastore: unknown('the ConfigMap may not be read') });
    expect(blocking(route)).toEqual(['metastore-unknown']);
    expect(route.findings[0]?.seen).toContain('may not be read');
    expect(route.hops.length).toBe(1);
  });
});
