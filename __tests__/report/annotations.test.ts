import { describe, expect, it } from '@jest/globals';
import { errorAnnotation } from '../../src/report/annotations.js';
import { createRedactor } from '../../src/report/redact.js';
import type { Report } from '../../src/report/report.js';
import { failedHostile, hostile, interrupted, invalidInputs, planned, refusedByChecks, report } from './reports.js';

const annotationOf = (from: Report) => errorAnnotation(from, createRedactor());

describe('the error annotation', () => {
  it('is not there after a good ending', () => {
    expect(annotationOf(report())).toBeUndefined();
    expect(annotationOf(planned())).toBeUndefined();
  });

  it('has the cause, what to do, the state of the data and the next step', () => {
    expect(annotationOf(interrupted())).toEqual({
      title: 'Upgrade of my-milvus to 2.4.23 interrupted',
      message:
        'The job was cancelled during the Helm upgrade. Run it again when you are ready. [cancelled] Helm was stopped while it wrote revision 5; Helm marked it failed. Volumes are untouched. Run the same workflow again: it applies revision 5 again.',
    });
  });

  it('names each bad input', () => {
    const annotation = annotationOf(invalidInputs());
    expect(annotation?.title).toBe('Run refused');
    expect(annotation?.message).toContain('`timeout` is "60"');
    expect(annotation?.message).toContain('`kubeconfig` and `server`');
  });

  it('names blocking checks where there is no other cause', () => {
    const message = annotationOf({ ...refusedByChecks(), problems: [] })?.message;
    expect(message).toContain('StatefulSet `my-milvus-pulsar-bookie`');
    expect(message).toContain('5 replicas');
    expect(message?.match(/\[[a-z-]+\]/g)).toEqual(['[statefulset-removed]', '[missing-permission]', '[old-replicas]']);
  });

  it('is one line of at most 4000 characters, without secrets', () => {
    const redactor = createRedactor();
    redactor.add('canary-1234');
    const problems = Array.from({ length: 30 }, (_, index) => ({
      id: 'a',
      what: `canary-1234 ${index} ${hostile.repeat(5)}`,
      remedy: 'r',
    }));
    const annotation = errorAnnotation({ ...failedHostile(), problems }, redactor);
    expect(annotation?.message.length).toBeLessThanOrEqual(4000);
    expect(annotation?.message).not.toMatch(/\p{Cc}|canary/u);
  });
});
