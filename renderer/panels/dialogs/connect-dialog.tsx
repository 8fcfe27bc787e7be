import { fittingEndpoints } from '#shared/document/connect.ts';
import { connect } from '#shared/document/edits.ts';
import { findNode, incomingWire, nodeTitle } from '#shared/document/graph.ts';
import type { Endpoint, GraftDocument } from '#shared/document/model.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import { focusCanvas } from '#renderer/canvas/navigator.ts';
import { edit, useDocument } from '#renderer/store/document.ts';
import { closeDialog } from '#renderer/store/interface.ts';
import { SearchList, type Choice } from '#renderer/ui/search-list.tsx';
import { SocketShape } from '#renderer/ui/socket.tsx';
import { Popover } from './popover.tsx';

interface Possibility extends Choice {
  readonly from: Endpoint;
  readonly to: Endpoint;
}

function titleOf(document: GraftDocument, id: string): string {
  const node = findNode(document, id);
  return node ? nodeTitle(node) : id;
}

/** Every wire that could be drawn at a node: from its outputs, then into its inputs. */
function possibilities(document: GraftDocument, id: string): readonly Possibility[] {
  const kind = kindOf(findNode(document, id)?.kind ?? '');
  const title = titleOf(document, id);
  const outgoing = (kind?.outputs ?? []).flatMap((port) => {
    const from = { node: id, port: port.name };
    return fittingEndpoints(document, from, 'output').map((to) => ({ from, to, type: port.type, leaves: true }));
  });
  const incoming = (kind?.inputs ?? []).flatMap((port) => {
    const to = { node: id, port: port.name };
    return fittingEndpoints(document, to, 'input').map((from) => ({ from, to, type: port.type, leaves: false }));
  });
  return [...outgoing, ...incoming].map(({ from, to, type, leaves }) => {
    const other = titleOf(document, leaves ? to.node : from.node);
    const held = incomingWire(document, to);
    const same = held !== undefined && held.from.node === from.node && held.from.port === from.port;
    const replaced =
      held === undefined ? '' : same ? 'connected already' : `instead of ${titleOf(document, held.from.node)}`;
    return {
      id: `${from.node}.${from.port}-${to.node}.${to.port}`,
      label: leaves ? `${title} → ${other}` : `${other} → ${title}`,
      words: [type, other, from.port, to.port],
      group: leaves ? 'From this node' : 'Into this node',
      detail: replaced === '' ? to.port : `${to.port}, ${replaced}`,
      left: <SocketShape type={type} />,
      disabled: same,
      from,
      to,
    };
  });
}

/** Wiring by keyboard: the wires that fit the selected node, as a list. */
export function ConnectDialog({ node }: { readonly node: string }) {
  const document = useDocument((state) => state.document);
  const choices = possibilities(document, node);
  const close = (): void => {
    closeDialog();
    focusCanvas(node);
  };
  const choose = (id: string): void => {
    const chosen = choices.find((choice) => choice.id === id);
    if (chosen) edit((current) => connect(current, chosen.from, chosen.to));
    close();
  };
  return (
    <Popover label={`Connect ${titleOf(document, node)}`} onClose={close}>
      <SearchList
        label="Connections"
        placeholder={`Connect ${titleOf(document, node)} with…`}
        empty="Nothing on the canvas fits this node. Add a node first."
        choices={choices}
        onChoose={choose}
        onClose={close}
      />
    </Popover>
  );
}
