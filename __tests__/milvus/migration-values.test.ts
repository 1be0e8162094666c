import { describe, expect, it } from '@jest/globals';
import { gte, lte } from 'semver';
import { identitySettings } from '../../src/milvus/migration-values-identity.js';
import { fateOf, rowSource, valueRows, type Fate } from '../../src/milvus/migration-values.js';
import { shortcuts } from '../../src/milvus/removed-values.js';

describe('the table of values that charts 3.x read', () => {
  it('has ranges in order, and one row for a value and a chart', () => {
    for (const row of valueRows) {
      expect(gte(row.last, row.first)).toBe(true);
      const others = valueRows.filter((one) => one !== row && one.value === row.value);
      expect(others.filter(({ first, last }) => lte(first, row.last) && gte(last, row.first))).toEqual([]);
    }
  });

  it('has a row for every shortcut that other checks know', () => {
    const missing = shortcuts.filter(
      ({ value }) => !valueRows.some((row) => row.value === value || row.value.startsWith(`${value}.`)),
    );
    expect(missing).toEqual([]);
  });

  it('calls vital what decides where the data is, and who may read it', () => {
    const vital = new Set(valueRows.filter((row) => row.vital === true).flatMap(({ sets }) => sets));
    expect([...vital].sort()).toEqual([
      'common.chanNamePrefix.cluster',
      'common.security.authorizationEnabled',
      'etcd.rootPath',
      'msgChannel.chanNamePrefix.cluster',
      'rocksmq.path',
    ]);
    const compared = identitySettings.flatMap(({ paths }) => paths['2.2']);
    expect([...vital].filter((setting) => !compared.includes(setting))).toEqual([]);
  });

  it('points at the last chart that read a value', () => {
    const [row] = valueRows.filter(({ value }) => value === 'dataNode.flush.insertBufSize');
    expect(row === undefined ? '' : rowSource(row)).toBe(
      'https://github.com/zilliztech/milvus-helm/blob/milvus-3.2.18/charts/milvus/templates/config.tpl',
    );
  });
});

describe('fateOf', () => {
  const rows: readonly [path: string, installed: string, target: string, fate: Fate['fate'] | undefined][] = [
    ['metadata.rootPath', '3.2.18', '3.3.6', 'stays'],
    ['metadata.rootPath', '3.2.18', '4.0.0', 'carry'],
    ['metadata.rootPath', '3.3.6', '4.1.28', 'carry'],
    ['metadata.rootPath', '4.0.34', '4.1.28', 'idle'],
    ['msgChannel.chanNamePrefix.cluster', '3.2.18', '3.3.6', 'carry'],
    ['msgChannel.chanNamePrefix.cluster', '3.2.18', '3.3.1', 'stays'],
    ['dataNode.flush.insertBufSize', '3.2.18', '3.3.6', 'carry'],
    ['dataNode.flush.insertBufSize', '3.3.6', '4.0.34', 'idle'],
    ['dataNode.segment.syncPeriod', '3.2.18', '3.3.6', 'begins'],
    ['dataNode.segment.syncPeriod', '3.2.18', '4.0.34', 'idle'],
    ['proxy.http.enabled', '3.2.18', '4.0.34', 'carry'],
    ['ingress.hosts', '3.2.18', '4.0.8', 'stays'],
    ['ingress.hosts', '4.0.8', '4.0.34', 'carry'],
    ['proxy.autoscaling.maxReplicas', '3.0.1', '3.3.6', 'carry'],
    ['proxy.replicas', '3.2.18', '4.0.34', undefined],
    ['metadata.rootPathology', '3.2.18', '4.0.34', undefined],
    ['metadata.rootPath', 'local', '4.0.34', undefined],
  ];

  it.each(rows)('%s from %s to %s: %s', (path, installed, target, fate) => {
    expect(fateOf(path, installed, target)?.fate).toBe(fate);
  });
});
