/** What graphs for a device are written for. */
import type { Target } from '#shared/ir/target.ts';
import { channelBlock } from '#electron/engine/runtime/channel-block.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';

/** Whether a step carries small parameters together there: where that was measured (record 0040). */
export function packsOn(device: ConcreteDevice): boolean {
  return device === 'webgpu';
}

export async function targetOf(device: ConcreteDevice): Promise<Target> {
  if (device === 'cpu') return { channelBlock: await channelBlock() };
  return device === 'webgpu' ? { onCard: true, packs: packsOn(device) } : {};
}
