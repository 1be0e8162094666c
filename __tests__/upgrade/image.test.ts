import { describe, expect, it } from '@jest/globals';
import { contradicts, sameImage } from '../../src/upgrade/rollout/image.js';

const digest = `sha256:${'a'.repeat(64)}`;

describe('sameImage', () => {
  it.each([
    ['milvusdb/milvus:v2.4.23', 'milvusdb/milvus:v2.4.23', true],
    ['milvusdb/milvus:v2.4.23', 'docker.io/milvusdb/milvus:v2.4.23', true],
    ['milvusdb/milvus:v2.4.23', 'index.docker.io/milvusdb/milvus:v2.4.23', true],
    ['milvusdb/milvus:v2.4.23', 'mirror.example:5000/hub/milvusdb/milvus:v2.4.23', true],
    ['milvusdb/milvus:v2.4.23', 'milvusdb/milvus:v2.4.22', false],
    ['milvusdb/milvus:v2.4.23', 'milvusdb/milvus', false],
    ['milvusdb/milvus', 'milvusdb/milvus:latest', true],
    ['milvusdb/milvus:v2.4.23', 'other/milvus:v2.4.23', false],
    ['registry.example/milvus:v2.4.23', 'other.example/team/milvus:v2.4.23', false],
    ['localhost/milvus:v1', 'docker.io/localhost/milvus:v1', false],
    ['redis:7', 'docker.io/library/redis:7', true],
    [`milvusdb/milvus@${digest}`, `docker.io/milvusdb/milvus@${digest}`, true],
    [`milvusdb/milvus:v1@${digest}`, 'milvusdb/milvus:v1', false],
    ['milvusdb/milvus:v2.4.23', digest, false],
    ['milvusdb/milvus:v2.4.23', '', false],
  ])('%s is %s: %s', (target, actual, same) => {
    expect(sameImage(target, actual)).toBe(same);
  });
});

describe('contradicts', () => {
  it.each([
    ['milvusdb/milvus:v2.4.23', 'docker.io/milvusdb/milvus:v2.4.23', false],
    ['milvusdb/milvus:v2.4.23', 'docker.io/milvusdb/milvus:v2.3.11', true],
    ['milvusdb/milvus:v2.4.23', 'mirror.example/milvusdb/milvus:v2.3.11', false],
    ['milvusdb/milvus:v2.4.23', digest, false],
    ['milvusdb/milvus:v2.4.23', `docker.io/milvusdb/milvus@${digest}`, false],
    [`milvusdb/milvus@${digest}`, 'docker.io/milvusdb/milvus:v2.4.23', false],
  ])('a spec of %s, reported as %s: %s', (spec, reported, contradiction) => {
    expect(contradicts(spec, reported)).toBe(contradiction);
  });
});
