import { describe, expect, it } from '@jest/globals';
import { unknown } from '../../../src/milvus/knowledge.js';
import { charts } from '../fixtures.js';
import { ask, blocking, shown, type Given } from './question.js';

describe('ends that leave no way', () => {
  it.each([
    ['2.4.23', '2.4.22', ['downgrade']],
    ['2.4.13-hotfix', '2.4.13', ['downgrade']],
    ['3.0.0', '2.6.20', ['downgrade']],
    ['2.5.0-beta', '2.5.4', ['prerelease-source']],
    ['2.0.0-rc.8', '2.1.4', ['prerelease-source']],
    ['2.5.16', '2.6.0-rc1', ['prerelease-target']],
    ['2.6.0-rc1', '2.6.0', ['prerelease-source']],
    ['2.3.0-beta', '2.2.16', ['downgrade', 'prerelease-source']],
    ['1.1.1', '2.4.23', ['unknown-line']],
    ['1.1.0', '1.1.1', ['unknown-line']],
    ['0.10.6', '2.6.15', ['unknown-line']],
    ['2.6.15', '2.7.0', ['unknown-line']],
    ['3.0.0', '3.1.0', ['unknown-line']],
    ['2.4.24', '4.0.0', ['unknown-line']],
  ])('%s -> %s: %j', (source, target, ids) => {
    const route = ask(source, target, { allow: ids });
    expect(blocking(route)).toEqual(ids);
    expect(route.hops).toEqual([]);
    expect(route.findings.some(({ overridable }) => overridable)).toBe(false);
  });
});

const standalone: Given = { mode: 'standalone', coordinators: 'none', queue: 'rocksmq' };
const oldPulsar: Given = { installed: '3.0.8' };

describe('findings on a way', () => {
  const table: readonly [string, string, Given, readonly string[]][] = [
    // Targets with a known defect, and targets below a floor.
    ['2.2.1', '2.2.2', {}, ['bad-target-2.2.2!']],
    ['2.2.1', '2.2.4', {}, ['bad-target-2.2.2!']],
    ['2.2.1', '2.2.5', {}, []],
    ['2.2.4', '2.2.4', {}, []],
    ['2.4.9', '2.4.13', {}, ['bad-target-2.4.13!', 'known-vulnerability?']],
    ['2.4.13', '2.4.14', {}, ['known-vulnerability?']],
    ['2.6.0', '2.6.1', {}, ['bad-target-2.6.0!', 'known-vulnerability?']],
    ['2.5.27', '2.6.1', { coordinators: 'mixcoord' }, ['2.5-to-2.6-target!', 'bad-target-2.6.0!', 'known-vulnerability?']],
    ['2.1.4', '2.2.0', {}, ['2.1-to-2.2-target!']],
    ['2.1.4', '2.2.5', {}, []],
    ['2.2.16', '2.3.3', {}, ['2.2-to-2.3-target!']],
    ['2.2.16', '2.3.4', {}, []],
    ['2.3.2', '2.3.3', {}, []],
    ['2.4.24', '2.5.3', {}, ['2.4-to-2.5-target!', 'known-vulnerability?']],
    ['2.4.24', '2.5.4', {}, ['known-vulnerability?']],
    ['2.4.24', '2.5.27', {}, []],
    ['2.5.27', '2.6.2', { coordinators: 'mixcoord' }, ['2.5-to-2.6-target!', 'known-vulnerability?']],
    ['2.5.27', '2.6.14', { coordinators: 'mixcoord' }, ['2.5-to-2.6-target!']],
    ['2.5.27', '2.6.15', { coordinators: 'mixcoord' }, []],
    ['2.6.2', '2.6.4', {}, ['known-vulnerability?']],
    // Metastores.
    ['2.2.14', '2.2.15', { metastore: 'mysql' }, ['metastore-mysql']],
    ['2.2.8', '2.2.14', { metastore: 'mysql' }, []],
    ['2.2.16', '2.3.4', { metastore: 'mysql' }, ['metastore-mysql']],
    ['2.3.0', '2.3.1', { metastore: 'mysql' }, []],
    ['2.3.0', '2.3.1', { metastore: 'mysql', requestedChart: '4.1.8' }, ['metastore-mysql']],
    ['2.3.1', '2.3.2', { metastore: 'mysql' }, ['metastore-mysql']],
    ['2.2.14', '2.2.14', { metastore: 'mysql' }, []],
    ['2.4.1', '2.4.24', { metastore: 'tikv' }, []],
    ['2.1.4', '2.2.14', { metastore: 'mysql' }, ['metastore-not-etcd']],
    ['2.1.4', '2.2.16', { metastore: 'tikv' }, ['metastore-not-etcd']],
    ['2.1.4', '2.2.16', { metastore: unknown('denied') }, ['metastore-unknown']],
    ['2.2.14', '2.2.16', { metastore: unknown('denied') }, ['metastore-unknown']],
    ['2.2.16', '2.3.22', { metastore: unknown('denied') }, []],
    ['2.0.2', '2.1.4', { metastore: unknown('denied') }, []],
    // Message queues.
    ['2.0.1', '2.1.4', oldPulsar, ['pulsar-vendor']],
    ['2.0.1', '2.1.4', { installed: '3.0.12' }, []],
    ['2.0.1', '2.1.4', { ...oldPulsar, queue: 'external-pulsar' }, []],
    ['2.0.1', '2.1.4', { ...oldPulsar, ...standalone }, []],
    ['2.5.27', '2.6.15', { ...standalone, queue: 'natsmq' }, ['natsmq-into-2.6']],
    ['2.4.24', '2.5.27', { ...standalone, queue: 'natsmq' }, []],
    // Topology.
    ['2.5.27', '2.6.15', { coordinators: 'none' }, ['topology-2.6']],
    ['2.6.5', '2.6.15', { coordinators: 'separate' }, ['topology-2.6']],
    ['2.6.5', '2.6.15', { streamingNode: false }, ['topology-2.6']],
    ['2.6.5', '2.6.15', { indexNode: true }, ['topology-2.6']],
    ['2.6.5', '2.6.5', { indexNode: true }, []],
    ['2.6.20', '3.0.0', { indexNode: true, installed: '5.0.22' }, ['topology-2.6', 'backup-not-confirmed!', 'chart-not-available']],
    // Into 3.0.
    ['2.6.20', '3.0.0', {}, ['2.6-to-3.0-unvalidated?', 'backup-not-confirmed!']],
    ['2.6.15', '3.0.0', standalone, ['2.6-to-3.0-unvalidated?', 'backup-not-confirmed!']],
    ['3.0.0', '3.0.1', {}, []],
    // Charts.
    ['2.4.17', '2.4.24', { installed: '4.2.25' }, ['chart-broken-pulsar']],
    ['2.4.17', '2.4.24', { installed: '4.2.25', queue: 'kafka' }, ['chart-broken-pulsar']],
    ['2.4.17', '2.4.24', { installed: '4.2.25', ...standalone }, []],
    ['2.4.17', '2.4.24', { installed: '4.2.25', requestedChart: '4.2.30' }, []],
    ['2.4.17', '2.4.17', { installed: '4.2.25' }, []],
    ['2.4.17', '2.5.27', { installed: '4.2.25' }, []],
    ['2.4.24', '2.5.27', { requestedChart: '4.2.28' }, ['chart-broken-pulsar']],
    ['2.2.14', '2.2.16', { requestedChart: '4.0.11' }, ['chart-beta']],
    ['2.2.16', '2.3.22', { requestedChart: '4.2.0' }, ['chart-4.2-needs-milvus-2.4']],
    ['2.4.24', '2.5.27', { requestedChart: '5.0.0' }, ['chart-5-needs-milvus-2.6']],
    ['2.5.27', '2.6.15', { ...standalone, requestedChart: '4.2.58' }, ['milvus-2.6-needs-chart-5']],
    ['2.4.24', '2.5.27', { requestedChart: '9.9.9' }, ['chart-version-unknown']],
    ['2.3.11', '2.4.24', { installed: '4.2.58' }, ['chart-downgrade']],
    ['2.5.16', '2.5.27', { installed: { version: '5.0.18', appVersion: '2.5.16' } }, ['chart-5-needs-milvus-2.6', 'chart-not-available']],
    ['2.5.27', '2.6.15', { installed: '4.2.49', entries: charts.filter(({ version }) => version !== '4.2.58' && version !== '4.2.57') }, ['2.5-mixcoord-chart!']],
  ]; // prettier-ignore

  it.each(table)('%s -> %s %j: %j (! overridable, ? a warning)', (source, target, given, expected) => {
    const { findings } = ask(source, target, given);
    const told = findings.map(
      ({ id, severity, overridable }) => `${id}${severity === 'warn' ? '?' : ''}${overridable ? '!' : ''}`,
    );
    expect([...told].sort()).toEqual([...expected].sort());
  });

  it('warns of an upgrade to 3.0 that is not the validated one', () => {
    const entries = [
      ...charts,
      { version: '5.0.22', appVersion: '2.6.22' },
      { version: '5.0.23', appVersion: '2.6.23' },
    ];
    const told = (source: string, given: Given): boolean =>
      ask(source, '3.0.0', { entries, ...given }).findings.some(({ id }) => id === '2.6-to-3.0-unvalidated');
    const chart = { version: '5.0.22', appVersion: '2.6.22' };
    expect(told('2.6.20', { installed: chart })).toBe(false);
    expect(told('2.6.19', { installed: chart })).toBe(true);
    expect(told('2.6.20', { installed: '5.0.19' })).toBe(true);
    expect(told('2.6.20', { installed: chart, requestedChart: '5.0.23' })).toBe(true);
  });

  it('puts every reason of a floor into one finding', () => {
    const why = (target: string): string | undefined =>
      ask('2.5.27', target, { coordinators: 'mixcoord' }).findings.find(({ id }) => id === '2.5-to-2.6-target')?.why;
    expect(why('2.6.10')).toMatch(/2\.6\.11.*2\.6\.15/);
    expect(why('2.6.11')).not.toContain('2.6.11');
  });

  it('names what does not fit', () => {
    const [finding] = ask('2.6.5', '2.6.15', { coordinators: 'mixed', streamingNode: false, indexNode: true }).findings;
    expect(finding?.seen).toContain('(mixed), it has no streaming nodes, it has index nodes');
  });
});

describe('a hop without a chart', () => {
  const without = (...minors: readonly string[]) =>
    charts.filter(({ appVersion }) => !minors.includes(appVersion.slice(0, 3)));

  it('ends the way there, and is named', () => {
    const route = ask('2.3.11', '2.5.27', { entries: without('2.5') });
    expect(shown(route)).toEqual(['2.3-to-2.4 2.3.11>2.4.24 4.2.20']);
    expect(blocking(route)).toEqual(['chart-not-found']);
    expect(route.findings[0]?.seen).toContain('On the hop from 2.4.24 to 2.5.27');
  });

  it('may be the first', () => {
    const route = ask('2.3.11', '2.5.27', { entries: without('2.4') });
    expect(route.hops).toEqual([]);
    expect(route.findings[0]?.remedy).toContain('Do this hop by itself (target-version: 2.4.24)');
  });

  it('is not named where there is no other', () => {
    const [finding] = ask('2.4.24', '2.5.27', { entries: [] }).findings;
    expect(finding?.seen).toMatch(/^The chart repository has no chart/);
  });
});

it('tells the same matter once', () => {
  expect(blocking(ask('2.1.4', '2.3.22', { metastore: unknown('denied') }))).toEqual(['metastore-unknown']);
});
