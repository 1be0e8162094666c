import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { InputDefinition } from '../../src/action/inputs/definition.js';
import { inputNames, inputs } from '../../src/action/inputs/index.js';
import { outputNames } from '../../src/action/outputs.js';

interface Metadata {
  readonly name: string;
  readonly description: string;
  readonly branding: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, { description: string; default?: unknown; required?: unknown }>>;
  readonly outputs: Readonly<Record<string, { description: string }>>;
  readonly runs: Readonly<Record<string, string>>;
}

const metadata = parse(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')) as Metadata;

describe('action.yml', () => {
  it('has the inputs of the code, in their order', () => {
    expect(Object.keys(metadata.inputs)).toEqual(inputNames);
  });

  it.each(inputNames)('describes %s as the code reads it', (name) => {
    const definition: InputDefinition<unknown> = inputs[name];
    const declared = metadata.inputs[name];
    expect(declared?.description.length).toBeGreaterThan(20);
    expect(declared?.default ?? '').toBe(definition.default);
    expect(declared?.required ?? false).toBe(definition.required ?? false);
    expect(declared?.description).not.toContain('\n');
  });

  it('names every accepted value of a choice', () => {
    for (const name of inputNames) {
      if (inputs[name].kind !== 'choice') continue;
      for (const [value] of inputs[name].accepted.matchAll(/`[^`]+`/g)) {
        expect(metadata.inputs[name]?.description).toContain(value);
      }
    }
  });

  it('has the outputs of the code, in their order', () => {
    expect(Object.keys(metadata.outputs)).toEqual(outputNames);
    for (const { description } of Object.values(metadata.outputs)) expect(description.length).toBeGreaterThan(20);
  });

  it('runs one bundle for main and post, and post always', () => {
    expect(metadata.runs).toEqual({
      using: 'node24',
      main: 'dist/index.js',
      post: 'dist/index.js',
      'post-if': 'always()',
    });
  });

  it('has what the marketplace asks for', () => {
    expect(metadata.name).not.toBe('');
    expect(metadata.description.length).toBeGreaterThan(40);
    expect(Object.keys(metadata.branding)).toEqual(['icon', 'color']);
  });
});
