/** What is ours to refuse, at the check or while evaluating. Made without a stack: a loop may meet it thousands of times. */
export class ExpressionFault extends Error {
  readonly code = 'expression.fault';

  constructor(message: string) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
  }
}
