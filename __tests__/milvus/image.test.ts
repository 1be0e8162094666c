import { describe, expect, it } from '@jest/globals';
import { imageVersion, parseImage, tagVersion, targetTag } from '../../src/milvus/image.js';

describe('parseImage', () => {
  it.each([
    ['milvusdb/milvus:v2.3.11', { repository: 'milvusdb/milvus', tag: 'v2.3.11' }],
    ['milvusdb/milvus', { repository: 'milvusdb/milvus' }],
    ['registry:5000/milvusdb/milvus', { repository: 'registry:5000/milvusdb/milvus' }],
    ['registry:5000/milvusdb/milvus:v2.3.11-gpu@sha256:ab', { repository: 'registry:5000/milvusdb/milvus', tag: 'v2.3.11-gpu', digest: 'sha256:ab' }], // prettier-ignore
    ['milvus@sha256:ab', { repository: 'milvus', digest: 'sha256:ab' }],
    ['milvus:x', { repository: 'milvus', tag: 'x' }],
  ])('%s', (image, parts) => {
    expect(parseImage(image)).toEqual(parts);
  });
});

describe('tagVersion', () => {
  it.each([
    ['v2.3.11', { version: '2.3.11', suffix: '' }],
    ['2.3.11', { version: '2.3.11', suffix: '' }],
    ['v2.3.11-gpu', { version: '2.3.11', suffix: '-gpu' }],
    ['v2.4.13-hotfix', { version: '2.4.13-hotfix', suffix: '' }],
    ['v2.4.13-hotfix-gpu', { version: '2.4.13-hotfix', suffix: '-gpu' }],
    ['v2.5.0-beta', { version: '2.5.0-beta', suffix: '' }],
    ['v2.3.0-gpu-beta', undefined],
    ['v2.3.11-arm64', undefined],
    ['v2.3.11-mycompany', undefined],
    ['latest', undefined],
    ['master-20240101-abcdef', undefined],
    ['-gpu', undefined],
    ['', undefined],
  ])('%s', (tag, parts) => {
    expect(tagVersion(tag)).toEqual(parts);
  });
});

describe('imageVersion', () => {
  it('reads the tag', () => {
    expect(imageVersion('r:5000/milvus:v2.3.11-gpu')).toMatchObject({ known: true, value: '2.3.11' });
  });
  it.each([
    ['milvus:v2.3.11@sha256:ab', 'by digest'],
    ['milvus', 'no tag'],
    ['milvus:latest', 'latest is not a Milvus version'],
  ])('says why %s tells nothing', (image, reason) => {
    expect(imageVersion(image)).toEqual({ known: false, reason: expect.stringContaining(reason) });
  });
});

describe('targetTag', () => {
  it.each([
    ['v2.3.11', '', 'v2.4.23'],
    ['v2.3.11-gpu', '-gpu', 'v2.4.23-gpu'],
    ['2.3.11', '', '2.4.23'],
    ['2.3.11-gpu', '-gpu', '2.4.23-gpu'],
    [undefined, '', 'v2.4.23'],
  ])('continues %s', (tag, suffix, result) => {
    expect(targetTag('2.4.23', { ...(tag === undefined ? {} : { tag }), suffix })).toBe(result);
  });
});
