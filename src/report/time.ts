const two = (value: number): string => String(value).padStart(2, '0');

/** Time since the start for log lines: `0:07`, `12:30`, `1:02:03`. Milliseconds in. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return hours === 0 ? `${minutes}:${two(seconds % 60)}` : `${hours}:${two(minutes)}:${two(seconds % 60)}`;
}

/** A duration in words for sentences: `0.8 s`, `42 s`, `3 min 12 s`, `1 h 5 min`. Milliseconds in. */
export function duration(milliseconds: number): string {
  if (milliseconds < 9_950) return `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A moment as a person reads it in any time zone: `2026-11-22 14:05:09 UTC`. Milliseconds since the epoch in. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

const inWords = (seconds: number): string => (seconds < 10 ? `${Math.round(seconds)} s` : duration(seconds * 1000));

/** An estimated span of seconds in words: `none`, `up to 5 min`, `about 2 min`, `1 min to 5 min`. */
export function range(fromSeconds: number, toSeconds: number): string {
  if (toSeconds <= 0) return 'none';
  if (fromSeconds >= toSeconds) return `about ${inWords(toSeconds)}`;
  return fromSeconds <= 0 ? `up to ${inWords(toSeconds)}` : `${inWords(fromSeconds)} to ${inWords(toSeconds)}`;
}
