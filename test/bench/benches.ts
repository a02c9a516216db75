import type { Report } from './report.ts';

export interface Bench {
  run(args: readonly string[]): Promise<Report>;
  /** The report as a picture, an SVG document. */
  plot?: (report: Report) => string;
}

/** Each is loaded when it is asked for, so that one does not need what another needs. */
export const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  boot: async () => {
    const { boot, bootPlot } = await import('./boot.ts');
    return { run: boot, plot: bootPlot };
  },
  start: async () => {
    const { start } = await import('./start.ts');
    return { run: start };
  },
  fleet: async () => {
    const { fleet, fleetPlot } = await import('./fleet.ts');
    return { run: fleet, plot: fleetPlot };
  },
  failover: async () => {
    const { failover } = await import('./failover.ts');
    return { run: failover };
  },
  'subnet-size': async () => {
    const { subnetSize } = await import('./subnet-size.ts');
    return { run: subnetSize };
  },
};
