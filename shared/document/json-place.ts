/** Where a text stops being JSON, and what is wrong there, for a person with an editor. */
import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';

/** Longer texts are not gone through a second time to say where they are damaged. Characters. */
const longestText = 4_000_000;

/** What is wrong, by the parser's names for it; clauses that follow “line 3, column 7:”. */
const flaws: Readonly<Record<string, string>> = {
  InvalidSymbol: 'there is a word that JSON does not know.',
  InvalidNumberFormat: 'a number is written in a way that JSON does not know.',
  PropertyNameExpected: 'a name in double quotes is missing.',
  ValueExpected: 'a value is missing.',
  ColonExpected: 'a colon is missing.',
  CommaExpected: 'a comma is missing.',
  CloseBraceExpected: 'a closing brace “}” is missing.',
  CloseBracketExpected: 'a closing bracket “]” is missing.',
  EndOfFileExpected: 'something follows after the end.',
  InvalidCommentToken: 'there is a comment, which JSON has none of.',
  UnexpectedEndOfComment: 'a comment has no end, and JSON has no comments.',
  UnexpectedEndOfString: 'a text in quotes has no end.',
  UnexpectedEndOfNumber: 'a number has no end.',
  InvalidUnicode: 'a character code after “\\u” is damaged.',
  InvalidEscapeCharacter: 'a backslash is followed by a character that JSON does not know there.',
  InvalidCharacter: 'there is a character that a text in quotes may not hold.',
};

/** A clause for a text that `JSON.parse` refuses, such as “line 14, column 3: a comma is missing.” */
export function jsonFlaw(text: string): string {
  const [first] = text.length > longestText ? [] : errorsIn(text);
  if (!first) return 'it is damaged or not JSON.';
  const before = text.slice(0, first.offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return `line ${before.length}, column ${column}: ${flaws[printParseErrorCode(first.error)] ?? 'it is damaged.'}`;
}

function errorsIn(text: string): readonly ParseError[] {
  const errors: ParseError[] = [];
  try {
    parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    // A damaged text may be nested deeper than it looked, and than the parser's stack is.
    return [];
  }
  return errors;
}
