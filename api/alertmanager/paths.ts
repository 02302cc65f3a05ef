/** These paths in openapi.json. What they answer is defined by Alertmanager's own document. */

const AS_ALERTMANAGER = "As in Alertmanager's own document, api/v2/openapi.yaml.";
const TEXT = { 'application/json': { schema: { type: 'string' } } };
const refusal = (description: string) => ({ description, content: TEXT });

const UNAVAILABLE = refusal('Not available now; Retry-After says when to come again.');
const BAD_PARAMETER = refusal('A parameter or the body is wrong.');

function operation(operationId: string, summary: string, schema: object | null, others: object = {}) {
  const content = schema === null ? {} : { content: { 'application/json': { schema } } };
  return {
    operationId,
    summary,
    responses: { 200: { description: AS_ALERTMANAGER, ...content }, ...others, 503: UNAVAILABLE },
  };
}

const LIST = { type: 'array', items: { type: 'object' } };
const OBJECT = { type: 'object' };
const ID = [{ name: 'silenceID', in: 'path', required: true, schema: { type: 'string' } }];
const NOT_FOUND = refusal('No such silence, or it has ended.');
const query = (name: string, description: string, schema: object) => ({ name, in: 'query', description, schema });
const FILTER = query('filter', 'A matcher; may be given several times.', { type: 'array', items: { type: 'string' } });
const SHOWN = [
  FILTER,
  query('receiver', 'A pattern that the whole name of a receiver must match.', { type: 'string' }),
  ...['active', 'silenced', 'inhibited', 'muted', 'unprocessed'].map((name) =>
    query(name, 'Show these. Default: true.', { type: 'boolean' }),
  ),
];

const WRONG = { 400: BAD_PARAMETER };

export const ALERTMANAGER_PATHS = {
  '/api/v2/alerts': {
    get: { ...operation('getAlertmanagerAlerts', 'What fires.', LIST, WRONG), parameters: SHOWN },
  },
  '/api/v2/alerts/groups': {
    get: {
      ...operation('getAlertmanagerGroups', 'What fires, by group and receiver.', LIST, WRONG),
      parameters: SHOWN,
    },
  },
  '/api/v2/silences': {
    get: { ...operation('getAlertmanagerSilences', 'Silences that people set.', LIST, WRONG), parameters: [FILTER] },
    post: operation('postAlertmanagerSilence', 'Sets a silence, or changes it.', OBJECT, { ...WRONG, 404: NOT_FOUND }),
  },
  '/api/v2/silence/{silenceID}': {
    get: { ...operation('getAlertmanagerSilence', 'One silence.', OBJECT, { 404: NOT_FOUND }), parameters: ID },
    delete: {
      ...operation('deleteAlertmanagerSilence', 'Ends a silence.', null, { ...WRONG, 404: NOT_FOUND }),
      parameters: ID,
    },
  },
  '/api/v2/status': { get: operation('getAlertmanagerStatus', 'Version, and the routes as a configuration.', OBJECT) },
  '/api/v2/receivers': { get: operation('getAlertmanagerReceivers', 'The channels.', LIST) },
} as const;
