import { describe, expect, it } from '@jest/globals';
import { olderImage } from '../../src/milvus/dependency-image.js';

describe('olderImage', () => {
  it.each([
    ['etcd:3.5.18-r1', 'etcd:3.5.5-r2', true],
    ['etcd:3.5.5-r2', 'etcd:3.5.18-r1', false],
    ['etcd:3.5.14-r1', 'etcd:3.5.14-r0', true],
    ['etcd:3.5.14-r1', 'etcd:3.5.14', false],
    ['bitnami/etcd:3.5.0-debian-10-r24', 'quay.io/coreos/etcd:v3.4.9', true],
    ['minio/minio:RELEASE.2024-05-28T17-19-04Z', 'minio:RELEASE.2023-03-20T20-16-18Z', true],
    ['minio/minio:RELEASE.2023-03-20T20-16-18Z', 'minio:RELEASE.2023-03-20T20-16-18Z-cpuv1', false],
    ['etcd:3.5.18-r1', 'etcd:latest', false],
    ['etcd:3.5.18-r1', `etcd:3.5.5-r2@sha256:${'0'.repeat(64)}`, false],
    ['apachepulsar/pulsar:3.0.7', 'apachepulsar/pulsar:2.9.5', false],
    ['etcd:3.5.18', 'minio:RELEASE.2023-03-20T20-16-18Z', false],
  ])('%s to %s: %s', (from, to, older) => {
    expect(olderImage(from, to)).toBe(older);
  });
});
