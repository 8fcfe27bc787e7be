import { describe, expect, it } from 'vitest';
import { computerOf } from '#electron/files/network-path.ts';

describe('computerOf, on Windows', () => {
  it.each([
    ['\\\\evil.example\\share\\a.onnx', 'evil.example'],
    ['//Evil.example/share/a.onnx', 'evil.example'],
    ['\\/10.0.0.1\\c$', '10.0.0.1'],
    ['\\\\?\\UNC\\server\\share', 'server'],
    ['\\\\.\\unc\\Server\\share', 'server'],
    ['\\\\server@SSL@8443\\dav', 'server@ssl@8443'],
    ['\\\\.\\pipe\\name', '.'],
    ['\\\\?\\GLOBALROOT\\Device\\Mup\\server\\share', '.'],
    ['\\\\', '.'],
  ])('%s leads to %s', (path, computer) => {
    expect(computerOf(path, 'win32')).toBe(computer);
  });

  it.each(['C:\\photos', 'Z:/photos', '\\\\?\\C:\\photos', 'photos', '\\photos', '/photos', ''])(
    '%s stays on this machine',
    (path) => {
      expect(computerOf(path, 'win32')).toBeUndefined();
    },
  );
});

it.each(['linux', 'darwin'] as const)('elsewhere there are no such paths: %s', (platform) => {
  expect(computerOf('//server/share', platform)).toBeUndefined();
  expect(computerOf('\\\\server\\share', platform)).toBeUndefined();
});
