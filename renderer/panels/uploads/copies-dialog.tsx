import { closeDialog } from '#renderer/store/interface.ts';
import { Dialog } from '#renderer/ui/dialog.tsx';
import { CopiesSection } from './copies-section.tsx';

export function CopiesDialog() {
  return (
    <Dialog onClose={closeDialog} title="Copies of what you brought" size="lg">
      <CopiesSection />
    </Dialog>
  );
}
