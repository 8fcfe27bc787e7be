import { useBringing } from '#renderer/store/bringing.ts';
import { useInterface } from '#renderer/store/interface.ts';
import { later } from '#renderer/ui/later.tsx';
import { AddDialog } from './add-dialog.tsx';
import { CommandDialog } from './command-dialog.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { ConnectDialog } from './connect-dialog.tsx';
import { FileDialog } from './file-dialog.tsx';
import { PointerHint } from './pointer-hint.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';

const AboutDialog = later(async () => (await import('#renderer/panels/about/about-dialog.tsx')).AboutDialog);

const CopiesDialog = later(async () => (await import('#renderer/panels/uploads/copies-dialog.tsx')).CopiesDialog);

const LookDialog = later(async () => (await import('#renderer/panels/look/look-dialog.tsx')).LookDialog);

const PrivacyDialog = later(async () => (await import('#renderer/panels/privacy/privacy-dialog.tsx')).PrivacyDialog);

/** Whatever is in front of the workbench. */
export function Dialogs() {
  const dialog = useInterface((state) => state.dialog);
  const fileRequest = useInterface((state) => state.fileRequest);
  const confirmRequest = useInterface((state) => state.confirmRequest);
  const bringing = useBringing((state) => state.bringing);
  return (
    <>
      {dialog.type === 'add' && <AddDialog request={dialog.request} />}
      {dialog.type === 'connect' && <ConnectDialog node={dialog.node} />}
      {dialog.type === 'commands' && <CommandDialog />}
      {dialog.type === 'shortcuts' && <ShortcutsDialog />}
      {dialog.type === 'copies' && <CopiesDialog />}
      {dialog.type === 'about' && <AboutDialog />}
      {dialog.type === 'privacy' && <PrivacyDialog />}
      {bringing && <LookDialog bringing={bringing} />}
      {fileRequest && <FileDialog request={fileRequest} />}
      {confirmRequest && <ConfirmDialog request={confirmRequest} />}
      <PointerHint />
    </>
  );
}
