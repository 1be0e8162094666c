import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { quicker } from './bundle.js';

const bundle = readFileSync(join(import.meta.dirname, '..', '..', 'dist', 'index.js'), 'utf8');

/** Runs of other characters, by what is there in each text: the bundle with times left out. */
const withoutNumbers = (text: string): string => text.replaceAll(/[\d.e*]+/g, '#');

describe('the bundle with shorter times', () => {
  it('differs from the bundle in numbers alone', () => {
    const quick = quicker(bundle);
    expect(quick).not.toBe(bundle);
    expect(withoutNumbers(quick) === withoutNumbers(bundle)).toBe(true);
    expect(quick).toContain('durationMs:12000,renewEveryMs:2000,retryMs:500,writesStopMs:8000');
  });

  it.each([
    ['the lease', 'renewEveryMs:', 'renewedMs:', /^leaseTimes was found 0 times/],
    ['a time by its use', '.hooks.length>0?', '.hooks.length>1?', /^the use of withoutHooksMs .* was found 0 times/],
    [
      'the wait for an image',
      'name:"image-pull",id:',
      'name:"image",id:',
      /^graceMs of image-pull .* was found 0 times/,
    ],
  ])('fails where %s is not found', (_, found, other, message) => {
    expect(bundle).toContain(found);
    expect(() => quicker(bundle.replaceAll(found, other))).toThrow(message);
  });

  it('fails where a time is found twice', () => {
    expect(() => quicker(bundle + bundle)).toThrow(/2 times/);
  });
});
