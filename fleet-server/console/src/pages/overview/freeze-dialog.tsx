import { useQueryClient } from '@tanstack/react-query';
import { answered, api } from '../../api/client.ts';
import { Confirm } from '../../parts/dialogs/confirm.tsx';
import { counted } from '../../parts/values/figures.ts';

/** The brake at 2 am: one button, one sentence. */
export function FreezeDialog({ opened, onClose, devices }: { opened: boolean; onClose: () => void; devices: number }) {
  const queries = useQueryClient();
  const freeze = async (reason: string) => {
    await answered(api.POST('/api/v1/freeze', { body: { reason } }));
    await queries.invalidateQueries();
  };
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title="Freeze the fleet?"
      consequences={`Nothing new is given to any of ${counted(devices, 'device')}, no rollout goes on and none reverts by itself, until somebody lifts it. Devices go on predicting with what they have. A device that has its assignment already may still finish it.`}
      verb="Freeze the fleet"
      isDangerous
      needsReason
      act={freeze}
    />
  );
}
