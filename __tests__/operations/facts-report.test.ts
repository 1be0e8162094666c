import { describe, expect, it } from '@jest/globals';
import { recordHops } from '../../src/operations/facts-report.js';
import { plan } from '../report/reports.js';
import type { Report } from '../../src/report/report.js';

const report = (more: Partial<Report>): Report => ({
  schema: 1,
  operation: 'upgrade',
  result: 'upgraded',
  changed: true,
  problems: [],
  startedAt: 0,
  timeline: [],
  ...more,
});

describe('how the hops ended', () => {
  it('is said of every hop, and nothing else of the plan moves', () => {
    const planned = plan();
    const done = report({ plan: planned });
    recordHops(done, 'done');
    expect(done.plan?.hops.map(({ status }) => status)).toEqual(planned.hops.map(() => 'done'));
    expect({ ...done.plan, hops: [] }).toEqual({ ...planned, hops: [] });
  });

  it('is nothing where there is no plan', () => {
    const early = report({});
    recordHops(early, 'failed');
    expect(early.plan).toBeUndefined();
  });
});
