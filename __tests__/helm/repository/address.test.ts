import { describe, expect, it } from '@jest/globals';
import { indexAddress, packageAddress, shown } from '../../../src/helm/repository/address.js';

describe('addresses', () => {
  it.each([
    ['https://e.com/charts', 'https://e.com/charts/index.yaml'],
    ['https://e.com/charts/', 'https://e.com/charts/index.yaml'],
    ['https://e.com', 'https://e.com/index.yaml'],
    ['https://u:p@e.com/c?sig=1#x', 'https://u:p@e.com/c/index.yaml?sig=1'],
  ])('the index of %s', (repository, expected) => {
    expect(indexAddress(new URL(repository)).href).toBe(expected);
  });

  it.each([
    ['https://e.com/c', 'milvus-1.tgz', 'https://e.com/c/milvus-1.tgz'],
    ['https://e.com/c/', 'charts/milvus-1.tgz', 'https://e.com/c/charts/milvus-1.tgz'],
    ['https://e.com/c', '/x/milvus-1.tgz', 'https://e.com/x/milvus-1.tgz'],
    ['https://u:p@e.com/c', 'milvus-1.tgz', 'https://u:p@e.com/c/milvus-1.tgz'],
    ['https://u:p@e.com/c', 'https://e.com/milvus-1.tgz', 'https://u:p@e.com/milvus-1.tgz'],
    // Credentials stay where they belong.
    ['https://u:p@e.com/c', 'https://other.com/milvus-1.tgz', 'https://other.com/milvus-1.tgz'],
    ['https://u:p@e.com/c', 'http://e.com/milvus-1.tgz', 'http://e.com/milvus-1.tgz'],
    ['https://u:p@e.com/c', 'https://e.com:8443/milvus-1.tgz', 'https://e.com:8443/milvus-1.tgz'],
    ['https://u:p@e.com/c', '//other.com/milvus-1.tgz', 'https://other.com/milvus-1.tgz'],
    ['https://e.com/c?sig=1', 'milvus-1.tgz', 'https://e.com/c/milvus-1.tgz?sig=1'],
    ['https://e.com/c?sig=1', 'https://e.com/milvus-1.tgz', 'https://e.com/milvus-1.tgz'],
    ['https://e.com/c?sig=1', '//other.com/milvus-1.tgz', 'https://other.com/milvus-1.tgz'],
    ['https://e.com/c', 'file:///etc/passwd', undefined],
    ['https://e.com/c', 'oci://e.com/milvus', undefined],
    ['https://e.com/c', 'https://', undefined],
  ])('from %s, %s', (repository, reference, expected) => {
    expect(packageAddress(new URL(repository), reference)?.href).toBe(expected);
  });

  it('shows no user, password, query or fragment', () => {
    expect(shown(new URL('https://u:p@e.com:8443/c?sig=1#f'))).toBe('https://e.com:8443/c');
  });
});
