/** What the resources in force declare of texts, for senders that outlive a change of them. */

import { type DeclaredTexts, NOTHING_DECLARED } from '../channels/template/templates.ts';

export class TextsInForce implements DeclaredTexts {
  #texts: DeclaredTexts = NOTHING_DECLARED;

  use(texts: DeclaredTexts): void {
    this.#texts = texts;
  }

  locale(...about: Parameters<DeclaredTexts['locale']>) {
    return this.#texts.locale(...about);
  }

  part(question: Parameters<DeclaredTexts['part']>[0]) {
    return this.#texts.part(question);
  }
}
