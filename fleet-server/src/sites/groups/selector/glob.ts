/** Whether a text matches a pattern: `*` is any run of characters, `?` any one. Never worse than length × length. */
export function createGlob(pattern: string): (text: string) => boolean {
  return (text) => {
    let at = 0;
    let next = 0;
    /** Of the last star: its place in the pattern, and up to where it has taken the text. */
    let star = -1;
    let taken = 0;
    while (at < text.length) {
      if (pattern[next] === '*') {
        star = next;
        taken = at;
        next += 1;
      } else if (next < pattern.length && (pattern[next] === '?' || pattern[next] === text[at])) {
        at += 1;
        next += 1;
      } else if (star >= 0) {
        taken += 1;
        at = taken;
        next = star + 1;
      } else return false;
    }
    while (pattern[next] === '*') next += 1;
    return next === pattern.length;
  };
}
