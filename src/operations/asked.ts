import { scrypt } from 'node:crypto';
import type { Request } from '../action/request.js';
import { canonicalJson } from '../plan/canonical.js';
import type { Given } from '../values/given.js';

const bytes = 24;

/**
 * What of the inputs decides what is done: two runs with the same of it ask for the same upgrade. Credentials, tools,
 * time-outs, where the charts come from, `allow` and the approved digest are no part of it.
 */
const deciding = (
  { path, targetVersion, sourceVersion, chartVersion, chart, image, multiHop }: Request,
  given: Given,
) => ({
  ...{ path, targetVersion, sourceVersion, chartVersion, chart, image, multiHop },
  values: given.values,
});

/**
 * A hash of the inputs that may be stored where others read it: values may hold secrets that are easy to guess, so that
 * it is salted, and slow. Each salt is hashed once.
 *
 * @see https://nodejs.org/api/crypto.html#cryptoscryptpassword-salt-keylen-options-callback
 */
export function askedHash(request: Request, given: Given): (salt: string) => Promise<string> {
  const text = canonicalJson(deciding(request, given));
  const known = new Map<string, Promise<string>>();
  const hash = (salt: string): Promise<string> =>
    new Promise((resolve, reject) => {
      scrypt(text, salt, bytes, (error, key) => {
        if (error === null) resolve(key.toString('hex'));
        else reject(error);
      });
    });
  return (salt) => {
    const found = known.get(salt) ?? hash(salt);
    known.set(salt, found);
    return found;
  };
}
