import { describe, expect, it } from '@jest/globals';
import { recordEstimate, recordHops } from '../../src/operations/facts-report.js';
import { estimate, plan } from '../report/reports.js';
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
  const [one] = plan().hops;
  if (one === undefined) throw new Error('the plan has a hop');
  const planned = { ...plan(), hops: [one, one, one] };

  it('is said of every hop in order, and nothing else of the plan moves', () => {
    const done = report({ plan: planned });
    recordHops(done, ['done', 'failed']);
    expect(done.plan?.hops.map(({ status }) => status)).toEqual(['done', 'failed', 'not-started']);
    expect({ ...done.plan, hops: [] }).toEqual({ ...planned, hops: [] });
  });

  it('is nothing where there is no plan', () => {
    const early = report({});
    recordHops(early, ['failed']);
    recordEstimate(early, 0, estimate());
    expect(early.plan).toBeUndefined();
  });

  it('takes what the dry run of a later hop showed', () => {
    const seen = estimate({ basis: 'dry-run', removed: ['Deployment x'] });
    const later = report({ plan: planned });
    recordEstimate(later, 1, seen);
    expect(later.plan?.hops.map((hop) => hop.estimate === seen)).toEqual([false, true, false]);
  });
});
