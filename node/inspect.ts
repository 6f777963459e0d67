// Entry of dist/inspect.js: puts the inspector into a process that runs without the preload. Its text is
// evaluated there by the debugger.
import { installInspector } from './inspector/inspect';

installInspector();
