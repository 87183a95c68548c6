import { Skeleton, useComputedColorScheme } from '@mantine/core';
import type { EChartsOption } from 'echarts';
import { useEffect, useRef, useState } from 'react';

/**
 * A drawing with a sentence that says the same to those who cannot see it. The library comes when the first drawing is
 * shown, not with the page.
 */
export function Chart({ option, label, height = 260 }: { option: EChartsOption; label: string; height?: number }) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    let chart:
      | { setOption(option: EChartsOption, notMerge: boolean): void; resize(): void; dispose(): void }
      | undefined;
    let isGone = false;
    const observer = new ResizeObserver(() => chart?.resize());
    void import('./echarts.ts').then(({ init }) => {
      if (isGone || place.current === null) return;
      chart = init(place.current, scheme === 'dark' ? 'dark' : undefined);
      chart.setOption({ backgroundColor: 'transparent', animation: false, ...option }, true);
      observer.observe(place.current);
      setReady(true);
    });
    return () => {
      isGone = true;
      observer.disconnect();
      chart?.dispose();
    };
  }, [option, scheme]);
  return (
    <figure style={{ margin: 0, position: 'relative', height }} role="img" aria-label={label}>
      {!isReady && <Skeleton height={height} style={{ position: 'absolute', inset: 0 }} />}
      <div ref={place} style={{ height }} />
    </figure>
  );
}
