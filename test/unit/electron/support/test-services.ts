/** The real services in a folder of the test's own, over the stand-in engine. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { locateDataHome } from '#electron/services/data-home.ts';
import { locateProgram } from '#electron/services/program.ts';
import { createServices, type Services } from '#electron/services/services.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const fakeEngine = fileURLToPath(new URL('fake-engine.ts', import.meta.url));

export interface TestServices extends Services {
  readonly folder: string;
  readonly lines: string[];
}

export async function testServices(): Promise<TestServices> {
  const folder = temporaryFolder();
  const lines: string[] = [];
  const services = await createServices({
    program: { ...locateProgram(), engine: fakeEngine },
    home: locateDataHome({ GRAFT_HOME: join(folder, 'home') }),
    log: (line) => lines.push(line),
  });
  onTestFinished(() => services.close());
  return { ...services, folder, lines };
}
