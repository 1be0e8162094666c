// @ts-check
/**
 * A hook of Node's module loader (https://nodejs.org/api/module.html#customization-hooks): what a module of the project
 * that was imported with `?anew=1` imports is loaded with `?anew=1` too, so that all of it is loaded once more.
 */
import { URL } from 'node:url';

const mark = 'anew';

/**
 * @param {string} specifier @param {{ readonly parentURL?: string }} context
 * @param {(specifier: string, context: object) => Promise<{ readonly url: string }>} next
 */
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const { parentURL } = context;
  const which = parentURL?.startsWith('file:') ? new URL(parentURL).searchParams.get(mark) : null;
  if (which === null || !found.url.startsWith('file:') || found.url.includes('/node_modules/')) return found;
  return { ...found, url: `${found.url}?${mark}=${which}` };
}
