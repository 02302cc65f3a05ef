import type { Answer, ReceivedRequest } from '../receiver.ts';

/** What a provider answers instead. `acts`: the request is carried out all the same, only its answer is another. */
export interface ProviderFault {
  readonly answer: Answer;
  readonly acts?: boolean;
}

/** null: as the provider would. */
export type FaultOf = (request: ReceivedRequest) => ProviderFault | null;

export function underFaults(answer: (request: ReceivedRequest) => Answer, faultOf: FaultOf) {
  return (request: ReceivedRequest): Answer => {
    const fault = faultOf(request);
    if (fault === null) return answer(request);
    if (fault.acts === true) answer(request);
    return fault.answer;
  };
}
