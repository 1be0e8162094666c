// @ts-check
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Buffer } from 'node:buffer';

/** The group of the users that tests are given; what they ask of the API server is audited. */
export const USER_GROUP = 'testbed:users';

/**
 * @typedef {{ name: string, token: string }} TokenUser
 * @typedef {{ admin: TokenUser, users: TokenUser[] }} TokenUsers
 */

/** @param {number} count how many users without any rights, `user-000` and on @returns {TokenUsers} */
export function newTokenUsers(count) {
  const token = () => randomBytes(24).toString('hex');
  const users = Array.from({ length: count }, (_, i) => ({
    name: `user-${String(i).padStart(3, '0')}`,
    token: token(),
  }));
  return { admin: { name: 'testbed-admin', token: token() }, users };
}

/**
 * The file for --token-auth-file.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file
 * @param {TokenUsers} users
 */
export const tokenFile = ({ admin, users }) =>
  [
    `${admin.token},${admin.name},${admin.name},"system:masters"`,
    ...users.map(({ name, token }) => `${token},${name},${name},"${USER_GROUP}"`),
    '',
  ].join('\n');

/** The key pair with which the API server signs service account tokens, as PEM. */
export const newServiceAccountKeys = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

/**
 * A kubeconfig (JSON, which is YAML).
 * @param {{ server: string, certificateAuthority: string, user: TokenUser, namespace?: string }} options PEM
 */
export const kubeconfig = ({ server, certificateAuthority, user, namespace }) =>
  JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'testbed',
          cluster: { server, 'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64') },
        },
      ],
      users: [{ name: user.name, user: { token: user.token } }],
      contexts: [
        { name: 'testbed', context: { cluster: 'testbed', user: user.name, ...(namespace ? { namespace } : {}) } },
      ],
      'current-context': 'testbed',
    },
    null,
    2,
  );
