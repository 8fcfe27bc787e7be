import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GraftDocument } from '#shared/document/model.ts';
import { instantiate } from '#shared/document/templates.ts';
import { SettingsFile } from '#electron/services/settings.ts';
import { TrustedComputers } from '#electron/services/trusted-computers.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

const project = (dataPath: string, backbone = 'nano'): GraftDocument =>
  instantiate('image-classification', { dataPath, backbone });

function setUp(platform: NodeJS.Platform): TrustedComputers {
  return new TrustedComputers(new SettingsFile(join(temporaryFolder(), 'settings.json')), platform);
}

describe('on Windows', () => {
  it('a project may name no file on another computer until the person has said yes to it', async () => {
    const trusted = setUp('win32');
    const photos = project('\\\\Evil\\share\\photos');
    await expect(trusted.require(photos)).rejects.toMatchObject({
      code: 'files.network-path',
      node: 'data',
      message: expect.stringContaining('another computer, “evil”') as string,
    });
    await trusted.trust('\\\\evil\\share');
    await trusted.require(photos);
    const model = project('C:\\photos', '\\\\other\\models\\resnet.onnx');
    await expect(trusted.require(model)).rejects.toMatchObject({ node: 'backbone' });
  });

  it('files here need no word, and neither does a built-in backbone', async () => {
    const trusted = setUp('win32');
    await expect(trusted.require(project('C:\\photos'))).resolves.toBeUndefined();
    await expect(trusted.require(project(''))).resolves.toBeUndefined();
  });

  it('devices and pipes are never trusted', async () => {
    const trusted = setUp('win32');
    await trusted.trust('\\\\.\\pipe\\x');
    await expect(trusted.requirePath('\\\\.\\pipe\\x')).rejects.toMatchObject({ code: 'files.network-path' });
  });
});

it('elsewhere nothing is signed in to', async () => {
  const trusted = setUp('linux');
  await trusted.require(project('//evil/share'));
  expect(trusted.isNeeded).toBe(false);
});
