/** Everything a host does, put together once; desktop, browser host and command line are thin shells over it. */
import { join } from 'node:path';
import { compiledSources } from './compiled-sources.ts';
import { locateDataHome, prepareDataHome, type DataHome } from './data-home.ts';
import { Documents } from './documents.ts';
import { Forecasts } from './forecasts.ts';
import { FactsService } from './facts.ts';
import { Looking } from './looking.ts';
import { locateProgram, type Program } from './program.ts';
import { Recoveries } from './recoveries.ts';
import { Runs } from './runs.ts';
import { defaultSettings, SettingsFile } from './settings.ts';
import { Supervisor } from './supervisor.ts';
import { TrustedComputers } from './trusted-computers.ts';

export interface Services {
  readonly program: Program;
  readonly home: DataHome;
  /** The sample data folder. */
  readonly sample: string;
  readonly documents: Documents;
  readonly recoveries: Recoveries;
  readonly settings: SettingsFile;
  readonly trusted: TrustedComputers;
  readonly facts: FactsService;
  readonly looking: Looking;
  readonly runs: Runs;
  readonly forecasts: Forecasts;
  readonly engine: Supervisor;
  /** Ends the engine processes. */
  readonly close: () => Promise<void>;
}

export interface ServicesOptions {
  readonly program?: Program;
  readonly home?: DataHome;
  /** Where new runs go; the data home's runs folder when absent. */
  readonly runs?: string;
  /** Engines wait for it, and are not started if it fails. */
  readonly allowed?: Promise<void>;
  /** Whether a run goes on when this host goes without a word: it is taken up by the next one. */
  readonly leavesRuns?: boolean;
  /** Takes a line for the log. */
  readonly log: (line: string) => void;
}

export async function createServices(options: ServicesOptions): Promise<Services> {
  const program = options.program ?? locateProgram();
  const home = options.home ?? locateDataHome();
  await prepareDataHome(home);
  const settings = new SettingsFile(home.settings);
  const { cacheLimitBytes } = await settings.read().catch(() => defaultSettings);
  const environment = {
    ...process.env,
    ...compiledSources(home.root),
    GRAFT_HOME: home.root,
    GRAFT_RESOURCES: program.resources,
    GRAFT_OUTLIVE: options.leavesRuns ? '1' : '',
    GRAFT_CACHE_LIMIT: process.env['GRAFT_CACHE_LIMIT'] ?? String(cacheLimitBytes),
  };
  const { allowed } = options;
  const trusted = new TrustedComputers(settings);
  const engine = new Supervisor({ node: program.node, engine: program.engine, environment, allowed }, options.log);
  const runs = new Runs(engine, options.runs ?? home.runs, trusted);
  return {
    program,
    home,
    sample: join(program.resources, 'sample', 'orchard'),
    documents: new Documents(home.recent),
    recoveries: new Recoveries(home.recovery),
    settings,
    trusted,
    facts: new FactsService(engine, program.resources, trusted),
    looking: new Looking(engine, home, trusted),
    runs,
    forecasts: new Forecasts(engine, runs, trusted),
    engine,
    close: async () => {
      runs.close();
      await engine.close();
    },
  };
}
