import { expect, test } from 'vitest';
import { encodingOf } from '#shared/core/encoding.ts';

const text = '{ "title": "Äpfel" }';
const little = Buffer.from(text, 'utf16le');
const big = Buffer.from(little).swap16();

test.each([
  ['UTF-8', Buffer.from(text), 'utf-8'],
  ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`), 'utf-8'],
  ['UTF-16, little end first', little, 'utf-16le'],
  ['UTF-16, little end first, with a mark', Buffer.concat([Buffer.of(0xff, 0xfe), little]), 'utf-16le'],
  ['UTF-16, big end first', big, 'utf-16be'],
  ['UTF-16, big end first, with a mark', Buffer.concat([Buffer.of(0xfe, 0xff), big]), 'utf-16be'],
] as const)('%s is read', (_, bytes, encoding) => {
  expect(encodingOf(bytes)).toBe(encoding);
  expect(new TextDecoder(encoding).decode(bytes)).toBe(text);
});

test('nothing, and a single character, are UTF-8', () => {
  expect(encodingOf(Buffer.of())).toBe('utf-8');
  expect(encodingOf(Buffer.from('{'))).toBe('utf-8');
});
