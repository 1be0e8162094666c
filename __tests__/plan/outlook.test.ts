import { describe, expect, it } from '@jest/globals';
import { known, unknown } from '../../src/milvus/knowledge.js';
import { outlookOf } from '../../src/plan/outlook.js';
import { inspectionOf } from './context.js';
import { request } from './world.js';

const entries = Object.entries({
  ...{ '4.1.28': '2.3.13', '4.2.20': '2.4.16', '4.2.58': '2.5.16', '5.0.19': '2.6.15' },
}).map(([version, appVersion]) => ({ version, appVersion }));

const of = (version: string, chart: string) =>
  outlookOf(
    inspectionOf({
      facts: { sourceVersion: known(version, 'images') },
      release: { chartVersion: chart, appVersion: version },
    }),
    request(),
    entries,
  );

describe('what would come next', () => {
  it('is the newest patch, the next minor and the newest one, each with its way', () => {
    expect(of('2.3.11', '4.1.24').map(({ goal, targetVersion, hops }) => [goal, targetVersion, hops.length])).toEqual([
      ['newest patch', '2.3.22', 1],
      ['next minor', '2.4.24', 1],
      ['newest minor', '3.0.0', 4],
    ]);
  });

  it('says what stands against it', () => {
    const [, , newest] = of('2.3.11', '4.1.24');
    expect(newest?.blocked.map(({ id }) => id)).toEqual(['backup-not-confirmed']);
  });

  it('names no goal that is reached', () => {
    expect(of('2.3.22', '4.1.28').map(({ goal }) => goal)).toEqual(['next minor', 'newest minor']);
    expect(of('2.6.22', '5.0.19').map(({ goal, targetVersion }) => [goal, targetVersion])).toEqual([
      ['next minor', '3.0.0'],
    ]);
    expect(of('3.0.0', '5.0.19')).toEqual([]);
  });

  it('is nothing where nobody knows what runs', () => {
    const inspection = inspectionOf({ facts: { sourceVersion: unknown('a digest') } });
    expect(outlookOf(inspection, request(), entries)).toEqual([]);
  });
});
