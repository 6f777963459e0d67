// Entry of dist/nodeTap.cjs, which Node loads before the program (--require). Without an invitation in the
// environment it does nothing, and nearly nothing of it is evaluated. The channel's thread runs the same
// file.
import * as threads from 'node:worker_threads';
import { NODE_INVITATION } from '../src/shared/protocol/node';
import { channelData } from './channel/data';
import type { attach as Attach } from './session';

/* eslint-disable @typescript-eslint/no-require-imports --
   what is required is evaluated when it is needed, what is imported at once */
/* eslint-disable @typescript-eslint/consistent-type-imports -- the types of what is required */
const thread = () => require('./channel/thread') as typeof import('./channel/thread');
const session = () => require('./session') as typeof import('./session');

/** Threads of Node itself, as that of module hooks, run no program, and have nobody to talk to. */
const isProgram = threads.isMainThread || threads.parentPort !== null;

/**
 * Puts the lens into a process that runs already and, as a debugger evaluates it, loads this file now. Says
 * how that went.
 */
export const attach: typeof Attach = (json) => session().attach(json);

const invitation = process.env[NODE_INVITATION];
const data = threads.isMainThread ? undefined : channelData();
if (data && threads.parentPort) thread().runChannel(data, threads.parentPort);
else if (invitation !== undefined && isProgram) session().begin(invitation);
