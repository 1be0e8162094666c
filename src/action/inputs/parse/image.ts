import { bad, good, type Parser } from '../definition.js';

/** Grammar of image names: https://github.com/distribution/reference/blob/main/reference.go */
const HOST = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\\d+)?/)?';
const SEGMENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const IMAGE = new RegExp(`^(${HOST}${SEGMENT}(?:/${SEGMENT})*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?$`);

/** `repository` or `repository:tag`. */
export const image: Parser<{ readonly repository: string; readonly tag?: string }> = (text) => {
  const given = text.trim();
  if (given.includes('@')) {
    return bad({
      why: 'The Milvus chart joins repository and tag with a colon, so a digest cannot be set through it, and a digest does not say which version it is.',
    });
  }
  if (given.includes('://')) return bad({ why: 'An image name has no scheme.' });
  const match = IMAGE.exec(given);
  const repository = match?.[1];
  if (repository === undefined) return bad();
  const tag = match?.[2];
  return good(tag === undefined ? { repository } : { repository, tag });
};
