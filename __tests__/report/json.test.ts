import { describe, expect, it } from '@jest/globals';
import { reportJson } from '../../src/report/json.js';
import { createRedactor } from '../../src/report/redact.js';
import { failedHostile, report } from './reports.js';

describe('report.json', () => {
  it('has the same text whatever order the fields were set in', () => {
    const one = report();
    const other = Object.fromEntries(Object.entries(one).reverse()) as unknown as typeof one;
    expect(reportJson(other, createRedactor())).toBe(reportJson(one, createRedactor()));
  });

  it('has every field of the report', () => {
    const parsed = JSON.parse(reportJson(report(), createRedactor())) as Record<string, unknown>;
    expect(parsed).toMatchObject({ schema: 1, result: 'upgraded', revision: 5, problems: [] });
    expect(Object.keys(parsed)).toEqual(Object.keys(report()).sort());
  });

  it('has no control characters and no secrets', () => {
    const secret = 'canary "quoted" ü';
    const redactor = createRedactor();
    redactor.add(secret);
    const dirty = {
      ...failedHostile(),
      problems: [
        {
          id: 'a',
          what: `x ${secret} y`,
          remedy: JSON.stringify({ secret }),
          raw: `${secret.slice(0, 8)}\u0000${secret.slice(8)}`,
        },
      ],
      next: encodeURIComponent(secret),
    };
    const text = reportJson(dirty, redactor);
    expect(text).not.toContain('canary');
    expect(text).not.toMatch(/\\u001b|\\u0000/);
    expect(text).toContain('***');
  });

  it('keeps the end of a long text', () => {
    const text = reportJson(
      { ...report(), problems: [{ id: 'a', what: 'w', remedy: 'r', raw: `${'line\n'.repeat(100_000)}the end` }] },
      createRedactor(),
    );
    expect(text.length).toBeLessThan(200_000);
    expect(text).toContain('the end');
  });
});

describe('redactor', () => {
  it('takes out a secret that contains another one whole', () => {
    const redactor = createRedactor();
    redactor.add('abcd');
    redactor.add('abcdefgh');
    expect(redactor.clean('x abcdefgh y')).toBe('x *** y');
  });

  it('hides each line of a key, but not the frame and nothing very short', () => {
    const redactor = createRedactor();
    redactor.add('-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\nab\n-----END PRIVATE KEY-----\n');
    expect(redactor.clean('-----BEGIN PRIVATE KEY----- MIIEvQIBADAN ab')).toBe('-----BEGIN PRIVATE KEY----- *** ab');
  });

  it('cleans keys and leaves other data alone', () => {
    const redactor = createRedactor();
    redactor.add('secret-value');
    expect(redactor.cleanAll({ 'secret-value': 1, a: [true, null, 'x secret-value'] })).toEqual({
      '***': 1,
      a: [true, null, 'x ***'],
    });
  });
});
