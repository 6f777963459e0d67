// `gradient-lens train`: one run from its start to its reports.
import path from 'node:path';
import { TrainingRun } from '../run/trainingRun';
import { isFinal } from '../shared/core/run';
import { usesStandardOutput, type TrainCommand } from './options';
import { CliReporter } from './reporter';
import { JsonReport } from './reports/jsonReport';
import { OutputFile } from './reports/outputFile';
import { rulePages } from './reports/rulePages';
import { sarifLog } from './reports/sarif';
import { CliSources, type CliSource } from './sources';
import { versionOf, type Surroundings } from './surroundings';
import { Terminal } from './terminal/terminal';
import { EXIT, exitCode } from './verdict';

/** History kept of a run, bytes: the reports do not need it, and the rules keep their own. */
const HISTORY = { bytes: 8 * 2 ** 20, curveRows: 1000 };

/** Time that a program gets to answer Ctrl-C itself before it is told once more, milliseconds. */
const OWN_INTERRUPT_MS = 1000;

/** The run, and what follows it. */
interface CliRun {
  run: TrainingRun;
  reporter: CliReporter;
  json: JsonReport | undefined;
  isInterrupted: boolean;
  started: Date;
}

/** Trains, reports, and gives the exit code. Throws CliError where nothing could be begun. */
export async function train(command: TrainCommand, surroundings: Surroundings): Promise<number> {
  const training = new Training(command, surroundings);
  try {
    return await training.perform();
  } finally {
    await training.dispose();
  }
}

class Training {
  private readonly model: string;
  private readonly terminal: Terminal;
  private readonly errors: Terminal;
  private readonly sources: CliSources;
  private readonly sarif: OutputFile | undefined;
  private onConsole: (text: string) => void = () => undefined;

  constructor(
    private readonly command: TrainCommand,
    private readonly surroundings: Surroundings,
  ) {
    const { cwd, env, stdout, stderr } = surroundings;
    this.model = path.resolve(cwd, command.file);
    this.errors = new Terminal(stderr, env);
    this.terminal = usesStandardOutput(command) ? this.errors : new Terminal(stdout, env);
    this.sources = new CliSources({
      command,
      model: this.model,
      surroundings,
      onConsole: (text) => this.onConsole(text),
      onTrouble: (message) => {
        if (env['GRADIENT_LENS_DEBUG']) this.terminal.print(`debug    ${message}`);
      },
    });
    // Before the training: an output that cannot be written must not cost one.
    this.sarif = command.sarif === undefined ? undefined : new OutputFile(command.sarif, '--sarif');
  }

  async perform(): Promise<number> {
    return this.finish(await this.train(await this.sources.choose()));
  }

  async dispose(): Promise<void> {
    this.sarif?.discard();
    await this.sources.dispose();
  }

  /** Trains to the end. */
  private async train({ source, sharesTerminal, dispose }: CliSource): Promise<CliRun> {
    const { command, surroundings, terminal, model } = this;
    const { seed, steps, backend, hyperparameters, json } = command;
    const run = new TrainingRun({
      id: 'command-line',
      model,
      title: path.basename(model),
      path: path.relative(surroundings.cwd, model),
      request: {
        seed,
        backend: backend ?? 'auto',
        ...(steps !== undefined && { maxSteps: steps }),
        hyperparameters,
      },
      source,
      history: HISTORY,
      onListenerError: (error) => terminal.print(`A report failed: ${String(error)}`),
    });
    const reporter = new CliReporter(run, {
      terminal,
      errors: this.errors,
      cwd: surroundings.cwd,
      sharesTerminal,
    });
    this.onConsole = (text) => reporter.console(text);
    const cliRun: CliRun = {
      run,
      reporter,
      json: json === undefined ? undefined : new JsonReport(new OutputFile(json, '--json'), run),
      isInterrupted: false,
      started: new Date(),
    };
    const release = this.watchInterrupts(cliRun, sharesTerminal);
    try {
      run.start();
      await run.finished;
    } finally {
      release();
      await dispose();
    }
    return cliRun;
  }

  /** Ctrl-C ends the run; once more ends everything at once. Returns what stops listening. */
  private watchInterrupts(cliRun: CliRun, sharesTerminal: () => boolean): () => void {
    const interrupt = (): void => {
      if (cliRun.isInterrupted) process.exit(EXIT.interrupted);
      cliRun.isInterrupted = true;
      const { run } = cliRun;
      const stop = (): void => {
        if (!isFinal(run.state)) void run.stop();
      };
      // A terminal has sent the program the same signal.
      if (sharesTerminal() && process.stdin.isTTY) setTimeout(stop, OWN_INTERRUPT_MS).unref();
      else stop();
    };
    process.on('SIGINT', interrupt);
    process.on('SIGTERM', interrupt);
    return () => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    };
  }

  private finish({ run, reporter, json, isInterrupted, started }: CliRun): number {
    const { command, surroundings, sarif, model } = this;
    reporter.finish();
    const code = exitCode(run.state, run.findings, command.failOn, isInterrupted);
    json?.finish();
    if (sarif) {
      const version = versionOf(surroundings);
      const log = sarifLog({
        model,
        cwd: surroundings.cwd,
        run,
        rules: rulePages(surroundings.root, version),
        version,
        exitCode: code,
        started,
        ended: new Date(),
      });
      sarif.write(`${JSON.stringify(log, null, 2)}\n`);
      sarif.finish();
    }
    run.dispose();
    return code;
  }
}
