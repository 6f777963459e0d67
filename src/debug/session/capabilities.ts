// What the debugger can do, as `initialize` answers.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { EXCEPTION_FILTERS } from '../breakpoints/exceptionFilters';

export const CAPABILITIES: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsFunctionBreakpoints: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsDataBreakpoints: true,
  supportsBreakpointLocationsRequest: true,
  supportsEvaluateForHovers: true,
  supportsCompletionsRequest: true,
  supportsStepBack: true,
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsRestartRequest: true,
  supportTerminateDebuggee: true,
  supportsTerminateRequest: true,
  supportsExceptionInfoRequest: true,
  supportsExceptionFilterOptions: true,
  exceptionBreakpointFilters: EXCEPTION_FILTERS,
  supportsReadMemoryRequest: true,
  supportsDelayedStackTraceLoading: true,
  supportsModulesRequest: true,
  additionalModuleColumns: [
    { attributeName: 'className', label: 'Class', type: 'string' },
    { attributeName: 'parameters', label: 'Parameters', type: 'number' },
  ],
};
