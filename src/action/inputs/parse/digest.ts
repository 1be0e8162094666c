import { bad, good, type Parser } from '../definition.js';

const SHA256 = /^(?:sha256:)?([0-9a-f]{64})$/i;

/** 64 hexadecimal digits, with or without `sha256:`; given back in lower case without it. */
export const sha256: Parser<string> = (text) => {
  const digits = SHA256.exec(text.trim())?.[1];
  return digits === undefined ? bad() : good(digits.toLowerCase());
};
