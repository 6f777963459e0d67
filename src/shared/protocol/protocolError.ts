// The one error of the protocol layer.

/** Bytes or messages that do not follow the protocol. `message` says where, and what was expected. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';

  constructor(
    readonly code:
      | 'malformed-batch'
      | 'malformed-message'
      | 'malformed-checkpoint'
      | 'malformed-frame'
      | 'frame-too-large'
      | 'unencodable-record'
      | 'timeout'
      | 'closed'
      | 'remote',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
