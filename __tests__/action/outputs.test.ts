import { describe, expect, it } from '@jest/globals';
import { outputNames, setOutputs } from '../../src/action/outputs.js';
import type { Report } from '../../src/report/report.js';
import { digest, interrupted, invalidInputs, planned, refusedByChecks, report } from '../report/reports.js';

function outputsOf(from: Report): Record<string, string> {
  const set: Record<string, string> = {};
  setOutputs(from, (name, value) => {
    set[name] = value;
  });
  return set;
}

describe('outputs', () => {
  it('sets all of them after an upgrade', () => {
    const set = outputsOf(report());
    expect(Object.keys(set)).toEqual(outputNames);
    expect(set).toMatchObject({
      result: 'upgraded',
      changed: 'true',
      path: 'helm',
      'source-version': '2.3.11',
      'target-version': '2.4.23',
      'source-chart-version': '4.1.24',
      'chart-version': '4.2.20',
      revision: '5',
      'helm-version': '4.3.0',
      'kubectl-version': '1.36.4',
      'plan-digest': digest,
      'plan-file': '/runner/temp/milvus/plan.json',
      'report-file': '/runner/temp/milvus/report.json',
    });
    expect(JSON.parse(set.hops ?? '')).toMatchObject([{ targetVersion: '2.4.23', chartVersion: '4.2.20' }]);
  });

  it('sets what is known when the inputs are bad', () => {
    expect(outputsOf(invalidInputs())).toEqual({ result: 'refused', changed: 'false' });
  });

  it('sets what is known after an interruption', () => {
    expect(outputsOf(interrupted())).toMatchObject({ result: 'interrupted', changed: 'true', revision: '5' });
  });

  it('gives the digest of a plan, but never that of a refused one', () => {
    expect(outputsOf(planned())['plan-digest']).toBe(digest);
    const refused = outputsOf({ ...refusedByChecks(), planDigest: digest });
    expect(refused).not.toHaveProperty('plan-digest');
    expect(refused).toHaveProperty('plan-file');
  });
});
