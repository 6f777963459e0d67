// Blanks what is not code: comments, and the insides of strings, templates and regular expressions.
// Offsets and line breaks are kept, so that patterns found in the mask can be read in the original.
// A scanner of one pass, not a parser: it must answer within a millisecond for every file of a
// workspace, and files that do not parse yet are recognised all the same.

/** True where a `/` after this code starts a regular expression and not a division. */
function startsExpression(before: string): boolean {
  const code = before.trimEnd();
  if (code === '') return true;
  if (/\b(?:return|typeof|case|in|of|do|else|void|delete|throw|await|yield)$/.test(code))
    return true;
  return /[=(,:;[!&|?{}+\-*%~^<>]$/.test(code);
}

/** The source with comments, and the insides of strings, templates and regexes, as spaces. */
export function maskSource(source: string): string {
  const out = [...Array<string>(source.length)];
  // Depth of `{` per open template substitution.
  const substitutions: number[] = [];
  let depth = 0;
  let i = 0;

  const keep = () => {
    out[i] = source.charAt(i);
    i++;
  };
  const blank = () => {
    const char = source.charAt(i);
    out[i] = char === '\n' || char === '\r' ? char : ' ';
    i++;
  };
  const blankUntil = (end: number) => {
    while (i < end) blank();
  };
  /** From behind the opening quote to behind the closing one. */
  const string = (quote: string) => {
    while (i < source.length && source[i] !== quote && source[i] !== '\n') {
      if (source[i] === '\\') blank();
      if (i < source.length) blank();
    }
    if (source[i] === quote) keep();
  };
  /** From behind the backtick or `}` to behind the next backtick or `${`. */
  const template = () => {
    while (i < source.length) {
      if (source[i] === '`') {
        keep();
        return;
      }
      if (source[i] === '$' && source[i + 1] === '{') {
        keep();
        keep();
        substitutions.push(depth);
        return;
      }
      if (source[i] === '\\') blank();
      if (i < source.length) blank();
    }
  };
  const regex = () => {
    let inClass = false;
    while (i < source.length && source[i] !== '\n' && (inClass || source[i] !== '/')) {
      if (source[i] === '[') inClass = true;
      if (source[i] === ']') inClass = false;
      if (source[i] === '\\') blank();
      if (i < source.length) blank();
    }
    if (source[i] === '/') keep();
  };

  while (i < source.length) {
    const char = source[i];
    const next = source[i + 1];
    if (char === '/' && next === '/') {
      const end = source.indexOf('\n', i);
      blankUntil(end < 0 ? source.length : end);
    } else if (char === '/' && next === '*') {
      const end = source.indexOf('*/', i + 2);
      blankUntil(end < 0 ? source.length : end + 2);
    } else if (char === '"' || char === "'") {
      keep();
      string(char);
    } else if (char === '`') {
      keep();
      template();
    } else if (char === '/' && startsExpression(out.slice(Math.max(0, i - 40), i).join(''))) {
      keep();
      regex();
    } else if (char === '}' && substitutions.length > 0 && substitutions.at(-1) === depth) {
      substitutions.pop();
      keep();
      template();
    } else {
      if (char === '{') depth++;
      if (char === '}') depth--;
      keep();
    }
  }
  return out.join('');
}
