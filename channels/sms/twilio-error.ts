/**
 * What Twilio's error codes mean for a message: those that pass, and those that another attempt would meet again.
 * Source: https://www.twilio.com/docs/api/errors. A code that is not listed goes by the status of its answer.
 */

export interface TwilioError {
  readonly passing: boolean;
  /** For whoever looks at the ledger. */
  readonly meaning: string;
}

const ERRORS: Readonly<Record<number, TwilioError>> = {
  14107: passing('too many messages to or from a number'),
  20003: final('Twilio does not know the account, or the token is wrong'),
  20005: final('the account is not active'),
  20429: passing('too many requests'),
  21211: final('the number is not valid'),
  21212: final('the sender is not a valid number'),
  21214: final('the number cannot be reached'),
  21265: final('the number cannot be a short code'),
  21408: final('the account may not send to this region'),
  21601: final('the sender cannot send SMS'),
  21603: final('no sender is given'),
  21604: final('no recipient is given'),
  21606: final('the sender is no number of this account that can send SMS'),
  21608: final('a trial account sends only to verified numbers'),
  21609: final('the address for receipts (statusCallback) is not valid'),
  21610: final('its owner has opted out (STOP)'),
  21611: passing('too many messages of this sender wait'),
  21612: final('this sender cannot reach the number'),
  21614: final('the number cannot receive SMS'),
  21617: final('the message is too long'),
  21619: final('the message is empty'),
  21703: final('the messaging service has no sender'),
  21705: final('the messaging service is not valid'),
  30001: passing('too many messages wait'),
  30002: final('the account is suspended'),
  30003: passing('the handset is off or out of reach'),
  30004: final('the message is blocked'),
  30005: final('the number is unknown or not in service'),
  30006: final('a landline, or a carrier that cannot be reached'),
  30007: final('a carrier filtered it'),
  30008: passing('an unknown error of the carrier'),
  30009: passing('a part of the message is missing'),
  30010: final('it costs more than the highest price allowed'),
  30017: passing('the carrier is congested'),
  30022: passing('the carrier allows fewer messages'),
  30023: passing("the day's limit of the carrier is reached"),
  30032: final('the toll-free sender is not verified'),
  30034: final('the sender is not registered (A2P 10DLC)'),
  30410: passing('the provider timed out'),
};

export function twilioError(code: number): TwilioError | null {
  return ERRORS[code] ?? null;
}

function passing(meaning: string): TwilioError {
  return { passing: true, meaning };
}

function final(meaning: string): TwilioError {
  return { passing: false, meaning };
}
