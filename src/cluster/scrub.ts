/** What credentials look like in the texts of programs and servers. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // User part of an address.
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, '$1***@'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{4,}/gi, '$1 ***'],
  // JWT.
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '***'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '***'],
  [/((?:token|password|secret)["']?\s*[=:]\s*["']?)[^\s"',}&]{4,}/gi, '$1***'],
];

const longest = 8 * 1024;

/**
 * A raw text for `ProblemDetails.raw` without what looks like a credential, cut to 8 KiB. A second net only: the
 * credentials we know are masked when they are read.
 */
export function scrub(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}\n[cut]` : text;
  return patterns.reduce((scrubbed, [pattern, by]) => scrubbed.replace(pattern, by), cut).trim();
}
