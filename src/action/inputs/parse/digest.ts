import { digestShape } from '../../../plan/digest.js';
import { bad, good, type Parser } from '../definition.js';

const SHA256 = /^(?:sha256:)?([0-9a-f]{64})$/i;

/** 64 hexadecimal digits, with or without `sha256:`; given back in lower case without it. */
export const sha256: Parser<string> = (text) => {
  const digits = SHA256.exec(text.trim())?.[1];
  return digits === undefined ? bad() : good(digits.toLowerCase());
};

/** A plan's digest, whole or without its section marks; given back in lower case without `sha256:`. */
export const planDigest: Parser<string> = (text) => {
  const given = text
    .trim()
    .toLowerCase()
    .replace(/^sha256:/, '');
  return digestShape.test(given) ? good(given) : bad();
};
