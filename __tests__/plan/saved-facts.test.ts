import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findRoute } from '../../src/milvus/routes/find.js';
import { readFacts } from '../../src/plan/facts-file.js';
import { routeQuestion } from '../../src/plan/route.js';

/** Facts of real runs, as report.json has them under `before`: a bug report's file can be put here with its rows below. */
const directory = join(import.meta.dirname, 'saved-facts');
const entries = readFileSync(join(import.meta.dirname, '..', 'milvus', 'charts.tsv'), 'utf8')
  .split('\n')
  .filter((line) => /^\d/.test(line))
  .map((line) => line.split('\t'))
  .map(([version = '', appVersion = '']) => ({ version, appVersion }));

const way = (file: string, target: string, multi: Partial<{ allow: readonly string[] }> = {}) => {
  const facts = readFacts(JSON.parse(readFileSync(join(directory, file), 'utf8')));
  const source = facts.sourceVersion.known ? facts.sourceVersion.value : '';
  const route = findRoute(routeQuestion({ facts }, { source, target }, { allow: [], ...multi }, entries));
  return {
    stops: route.hops.map((hop) => `${hop.target} on ${hop.chart.chartVersion}`),
    changes: route.hops.flatMap(({ changes }) => changes.map(({ key, value }) => `${key}=${String(value)}`)),
    blocked: route.findings.filter(({ severity }) => severity === 'block').map(({ id }) => id),
  };
};

describe('a saved facts file', () => {
  const file = 'cluster-2.2.16-pulsar.json';

  it('gives the route of the run that it was saved in', () => {
    expect(way(file, '2.6.15')).toEqual({
      stops: ['2.3.22 on 4.1.28', '2.4.24 on 4.2.20', '2.5.27 on 4.2.58', '2.6.15 on 5.0.19'],
      changes: [
        'mixCoordinator.enabled=true',
        'rootCoordinator.enabled=false',
        'queryCoordinator.enabled=false',
        'indexCoordinator.enabled=false',
        'dataCoordinator.enabled=false',
        'streaming.enabled=true',
        'indexNode.enabled=false',
      ],
      blocked: [],
    });
  });

  it('gives others as well', () => {
    expect(way(file, '2.2.16').stops).toEqual(['2.2.16 on 4.0.31']);
    expect(way(file, '2.1.4').blocked).toEqual(['downgrade']);
    expect(way(file, '3.0.0').blocked).toEqual(['backup-not-confirmed']);
  });

  it.each(readdirSync(directory))('%s holds no credential and says what runs', (name) => {
    const text = readFileSync(join(directory, name), 'utf8');
    expect(text).not.toMatch(/minioadmin|password|secretkey|token/i);
    expect(readFacts(JSON.parse(text)).sourceVersion.known).toBe(true);
  });
});
