import { useInterval } from '@mantine/hooks';
import { useState } from 'react';

const minute = 60_000;

/** The time, fresh enough for “2 minutes ago”. */
export function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useInterval(() => setNow(new Date()), minute, { autoInvoke: true });
  return now;
}
