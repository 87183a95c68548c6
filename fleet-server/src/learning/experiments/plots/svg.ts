import type { EChartsCoreOption } from 'echarts/core';

/** A drawing before it is drawn. */
export interface Plot {
  /** Its file is `<name>.svg`; unique within a report. */
  name: string;
  /** What it shows, in one sentence, for those who do not see it. */
  description: string;
  width: number;
  height: number;
  option: EChartsCoreOption;
}

/**
 * The drawing as SVG text: complete in itself, no script, no reference to anything outside. Same plot, same bytes; ids
 * carry the name, so that several drawings can stand in one page.
 */
export async function renderSvg(plot: Plot): Promise<string> {
  const { init } = await loadCharts();
  const { width, height, name } = plot;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, backgroundColor: '#ffffff', ...plot.option });
    return settled(chart.renderToSVGString(), name, plot.description);
  } finally {
    chart.dispose();
  }
}

/** Loading the library takes a second, which only those pay who draw. */
async function loadCharts() {
  const [core, charts, components, renderers] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ]);
  core.use([
    charts.BarChart,
    charts.CustomChart,
    charts.HeatmapChart,
    charts.LineChart,
    charts.ScatterChart,
    components.GraphicComponent,
    components.GridComponent,
    components.LegendComponent,
    components.MarkLineComponent,
    components.TitleComponent,
    components.VisualMapComponent,
    renderers.SVGRenderer,
  ]);
  return core;
}

/** The library numbers its charts within the process, and adds styles for a pointer that will never come. */
function settled(svg: string, name: string, description: string): string {
  return svg
    .replaceAll(/<style[^>]*>[\s\S]*?<\/style>/g, '')
    .replaceAll(/ class="zr\d+-cls-\d+"/g, '')
    .replaceAll(/ pointer-events="[a-z]+"/g, '')
    .replaceAll(/\bzr\d+-/g, `${name}-`)
    .replaceAll(/ ecmeta_[a-z_]+="[^"]*"/g, '')
    .replace(/^<svg /, '<svg role="img" ')
    .replace('>', `><title>${escapeXml(description)}</title>`);
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
