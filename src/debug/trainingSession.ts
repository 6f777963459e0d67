// The debug adapter: answers the Debug Adapter Protocol over a run, in the process that it is made in.
import { DebugSession } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { LaunchRequest, StartRun } from './debuggedRun';
import { CAPABILITIES } from './session/capabilities';
import { Debuggee } from './session/debuggee';
import { handlersOf, type Answer } from './session/handlers';
import { Inspector } from './session/inspector';
import { messageOf } from '../shared/core/thrown';

/** Errors of our own are shown where the request was made; the editor needs a number with them. */
const ERROR_ID = 1;

/** One session of the debug type `gradient-lens`. */
export class TrainingSession extends DebugSession {
  private readonly debuggee: Debuggee;
  private readonly handlers: ReturnType<typeof handlersOf>;
  private readonly configured: Promise<void>;
  private configure: () => void = () => undefined;

  /** @param start Starts the session's runs, see {@link StartRun}. */
  constructor(start: StartRun) {
    super();
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
    this.configured = new Promise((resolve) => (this.configure = resolve));
    this.debuggee = new Debuggee(
      {
        send: (event, body) => {
          if (event === 'stopped' || event === 'continued') this.inspector.clear();
          this.sendEvent({ seq: 0, type: 'event', event, ...(body && { body }) });
        },
      },
      start,
    );
    this.inspector = new Inspector(this.debuggee);
    this.handlers = handlersOf(this.debuggee, this.inspector);
  }

  private readonly inspector: Inspector;

  /** The editor has closed the session, in whatever way: nothing of the run is left behind. */
  override dispose(): void {
    void this.debuggee.leave();
    super.dispose();
  }

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    const handler = this.handlers[request.command];
    if (!handler) {
      super.dispatchRequest(request);
      return;
    }
    const args: unknown = request.arguments ?? {};
    void this.answer(request, () => handler(args));
  }

  protected override initializeRequest(response: DebugProtocol.InitializeResponse): void {
    response.body = CAPABILITIES;
    this.sendResponse(response);
    this.sendEvent({ seq: 0, type: 'event', event: 'initialized' });
  }

  protected override configurationDoneRequest(
    response: DebugProtocol.ConfigurationDoneResponse,
  ): void {
    this.configure();
    this.sendResponse(response);
  }

  protected override launchRequest(
    _response: DebugProtocol.LaunchResponse,
    args: DebugProtocol.LaunchRequestArguments & LaunchRequest,
    request?: DebugProtocol.Request,
  ): void {
    if (!request) return;
    void this.answer(request, async () => {
      await this.debuggee.launch(args);
      return { afterwards: () => void this.begin() };
    });
  }

  private async begin(): Promise<void> {
    await this.configured;
    await this.debuggee.begin();
  }

  private async answer(
    request: DebugProtocol.Request,
    handle: () => Answer | Promise<Answer>,
  ): Promise<void> {
    const response: DebugProtocol.Response = {
      ...{ seq: 0, type: 'response', request_seq: request.seq },
      ...{ command: request.command, success: true },
    };
    try {
      const { body, afterwards } = await handle();
      if (body) response.body = body;
      this.sendResponse(response);
      afterwards?.();
    } catch (error) {
      const format = messageOf(error);
      // Messages of ours may hold braces, which the protocol would fill in.
      const shown = { id: ERROR_ID, format: '{text}', variables: { text: format }, showUser: true };
      this.sendResponse({ ...response, success: false, message: format, body: { error: shown } });
    }
  }
}
