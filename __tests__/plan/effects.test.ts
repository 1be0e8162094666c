import { describe, expect, it } from '@jest/globals';
import { effectsOf } from '../../src/plan/effects.js';
import { redactor } from '../../src/plan/redact.js';
import { readGiven } from '../../src/values/given.js';

const of = (setup: {
  readonly defaults?: [object, object];
  readonly stored?: [object, object];
  readonly values?: string;
  readonly frozen?: readonly string[];
}) => {
  const [oldDefaults, newDefaults] = setup.defaults ?? [{}, {}];
  const [oldStored, newStored] = setup.stored ?? [{}, {}];
  return effectsOf({
    installed: { defaults: { ...oldDefaults }, stored: { ...oldStored } },
    next: { defaults: { ...newDefaults }, stored: { ...newStored } },
    given: readGiven({ files: [], inline: setup.values ?? '', set: [] }).given,
    frozen: (setup.frozen ?? []).map((key) => ({ key, value: true, from: 'what runs' })),
    redact: redactor(new Uint8Array([1])),
  });
};

describe('values whose effect changes', () => {
  it('are another default that nobody asked for', () => {
    expect(of({ defaults: [{ proxy: { replicas: 1 } }, { proxy: { replicas: 2 } }] })).toEqual([
      { key: 'proxy.replicas', from: 1, to: 2, by: 'chart' },
    ]);
  });

  it('are not a default that the stored values outrank before and after', () => {
    const stored = { proxy: { replicas: 3 } };
    const defaults: [object, object] = [{ proxy: { replicas: 1 } }, { proxy: { replicas: 2 } }];
    expect(of({ defaults, stored: [stored, stored] })).toEqual([]);
  });

  it('are what is given now, and what the run writes by itself', () => {
    const stored: [object, object] = [{}, { proxy: { replicas: 2 }, pulsar: { enabled: true } }];
    expect(of({ stored, values: 'proxy: {replicas: 2}', frozen: ['pulsar.enabled'] })).toEqual([
      { key: 'proxy.replicas', to: 2, by: 'given' },
      { key: 'pulsar.enabled', to: true, by: 'run' },
    ]);
  });

  it('never show a credential', () => {
    const defaults: [object, object] = [{ minio: { secretKey: 'canary-old' } }, { minio: { secretKey: 'canary-new' } }];
    const text = JSON.stringify(of({ defaults }));
    expect(text).toContain('minio.secretKey');
    expect(text).not.toContain('canary');
  });

  it('name keys with dots and slashes as they are', () => {
    expect(of({ defaults: [{}, { annotations: { 'a.b/c': true } }] })[0]?.key).toBe('annotations.a.b/c');
  });
});
