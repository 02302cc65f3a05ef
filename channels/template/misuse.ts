/** A filter was given what it cannot take: the fault of the template, found when it is checked. */
export class TemplateMisuse extends Error {
  readonly code = 'TEMPLATE_MISUSE';
  readonly filter: string;

  constructor(filter: string, message: string) {
    super(`${filter}: ${message}`);
    this.name = 'TemplateMisuse';
    this.filter = filter;
  }
}
