import { nodeKinds } from '#shared/nodes/registry.ts';
import { cardWidth } from '#renderer/canvas/measures.ts';
import { fit, focusCanvas, screenCentre, toCanvas } from '#renderer/canvas/navigator.ts';
import { add, kindsFor } from '#renderer/store/edits.ts';
import { closeDialog, useInterface, type AddRequest } from '#renderer/store/interface.ts';
import { KindIcon } from '#renderer/ui/kind-icon.tsx';
import { SearchList } from '#renderer/ui/search-list.tsx';
import { SocketShape } from '#renderer/ui/socket.tsx';
import { Popover } from './popover.tsx';

/** Search over node kinds, by name and synonym; only those that fit when a wire is waiting. */
export function AddDialog({ request }: { readonly request: AddRequest }) {
  const kinds = request.wire === undefined ? nodeKinds : kindsFor(request.wire);
  const close = (): void => {
    closeDialog();
    focusCanvas();
  };
  const choose = (kind: string): void => {
    closeDialog();
    const centre = toCanvas(screenCentre());
    const id = add(kind, {
      at: cornerFor(request),
      beside: useInterface.getState().selection.nodes.at(-1),
      fallback: { x: centre.x - cardWidth / 2, y: centre.y - 80 },
      wire: request.wire,
    });
    focusCanvas(id);
    if (request.canvas === undefined) window.requestAnimationFrame(() => fit());
  };
  return (
    <Popover label="Add a node" at={request.screen} onClose={close}>
      <SearchList
        label="Nodes"
        placeholder={request.wire === undefined ? 'Add a node…' : 'Add a node that fits…'}
        empty="No node is called that."
        choices={kinds.map((kind) => ({
          id: kind.kind,
          label: kind.title,
          words: kind.synonyms,
          group: kind.group[0]?.toUpperCase() + kind.group.slice(1),
          detail: kind.summary,
          left: <KindIcon icon={kind.icon} />,
          right: kind.outputs[0] && <SocketShape type={kind.outputs[0].type} size={10} />,
        }))}
        onChoose={choose}
        onClose={close}
      />
    </Popover>
  );
}

/** Corner of the new card: its socket comes under the pointer when a wire was dropped there. */
function cornerFor({ canvas, wire }: AddRequest): { x: number; y: number } | undefined {
  if (canvas === undefined) return undefined;
  if (wire === undefined) return { x: canvas.x - cardWidth / 2, y: canvas.y - 20 };
  return { x: wire.side === 'output' ? canvas.x : canvas.x - cardWidth, y: canvas.y - 72 };
}
