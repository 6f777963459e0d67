// Entry of dist/nodeTap.cjs, which Node loads before the program (--require). Without an invitation in the
// environment it does nothing. The channel's thread runs the same file.
import { parentPort } from 'node:worker_threads';
import { NODE_INVITATION, NODE_PROTOCOL_VERSION } from '../src/shared/protocol/node';
import { parseInvitation } from '../src/shared/protocol/nodeGuards';
import { channelData } from './channel/data';
import { runChannel } from './channel/thread';
import { Session } from './session';

const data = channelData();
if (data && parentPort) runChannel(data, parentPort);
else {
  const invitation = parseInvitation(process.env[NODE_INVITATION] ?? '');
  if (invitation?.version === NODE_PROTOCOL_VERSION) new Session(invitation).start();
}
