import {
  IconBolt,
  IconChartBar,
  IconHexagon,
  IconNote,
  IconPackageExport,
  IconPhoto,
  IconPlayerPlay,
  IconQuestionMark,
  IconScissors,
  IconSnowflake,
  IconSparkles,
  IconTarget,
  IconTrendingDown,
  IconWaveSine,
  type Icon,
} from '@tabler/icons-react';

const icons: Readonly<Record<string, Icon>> = {
  Bolt: IconBolt,
  ChartBar: IconChartBar,
  Hexagon: IconHexagon,
  Note: IconNote,
  PackageExport: IconPackageExport,
  Photo: IconPhoto,
  PlayerPlay: IconPlayerPlay,
  Scissors: IconScissors,
  Snowflake: IconSnowflake,
  Sparkles: IconSparkles,
  Target: IconTarget,
  TrendingDown: IconTrendingDown,
  WaveSine: IconWaveSine,
};

/** The icon a node kind names. */
export function KindIcon({ icon, size = 16 }: { readonly icon: string | undefined; readonly size?: number }) {
  const Found = (icon === undefined ? undefined : icons[icon]) ?? IconQuestionMark;
  return <Found size={size} stroke={1.6} aria-hidden="true" />;
}
