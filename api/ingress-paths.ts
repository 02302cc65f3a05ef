/** The paths that ingress answers itself, for openapi.json. */

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
const ANY_JSON = { 'application/json': { schema: {} } };
const refused = (description: string) => ({ description, content: PROBLEM });

const webhook = (operationId: string) => ({
  operationId,
  summary: "Alerts in the source's format. 202 once every one of them is stored.",
  parameters: [
    { name: 'source', in: 'path', required: true, schema: { type: 'string' }, description: 'Name of the Source.' },
    {
      name: 'dryRun',
      in: 'query',
      schema: { type: 'boolean' },
      description: 'Answer what would happen; keep nothing.',
    },
  ],
  requestBody: { required: true, content: ANY_JSON },
  responses: {
    200: { description: 'The dry run: what would happen.', content: ANY_JSON },
    202: { description: 'All alerts are stored; Location names the receipt.', content: ANY_JSON },
    400: refused('The body cannot be read.'),
    401: refused('The credentials are missing or wrong.'),
    403: refused('The credentials do not allow it.'),
    404: refused('No such Source.'),
    413: refused('The body is too large.'),
    415: refused('The body is of a type that the source does not send.'),
    422: refused('Alerts are invalid: every problem with its path.'),
    503: refused('Nothing was stored; Retry-After says when to come again.'),
  },
});

const HANDSHAKE = {
  operationId: 'askWebhook',
  summary: 'The handshake of CloudEvents: may events of this origin come, and how many?',
  parameters: [
    { name: 'source', in: 'path', required: true, schema: { type: 'string' }, description: 'Name of the Source.' },
  ],
  responses: {
    200: { description: 'WebHook-Allowed-Origin and WebHook-Allowed-Rate.' },
    204: { description: 'Which methods are possible.' },
    404: refused('No such Source.'),
  },
};

const plain = (operationId: string, summary: string, type: string, others: object = {}) => ({
  get: { operationId, summary, responses: { 200: { description: 'As asked.', content: { [type]: {} } }, ...others } },
});

export const INGRESS_PATHS = {
  '/v1/webhooks/{source}': { post: webhook('postWebhook'), put: webhook('putWebhook'), options: HANDSHAKE },
  '/v2/enqueue': {
    post: {
      operationId: 'enqueueEvent',
      summary: "PagerDuty's Events API v2: trigger, acknowledge, resolve. The routing key says for which Source.",
      requestBody: { required: true, content: ANY_JSON },
      responses: {
        202: { description: 'Stored, or carried out.', content: ANY_JSON },
        400: refused('The body cannot be read.'),
        401: refused('There is no routing key.'),
        403: refused('The routing key is of no Source.'),
        422: refused('The event is invalid: every problem with its path.'),
        503: refused('Nothing was stored; Retry-After says when to come again.'),
      },
    },
  },
  '/api/v2/alerts': {
    post: {
      operationId: 'postAlertmanagerAlerts',
      summary: "Alertmanager's API v2, for Prometheus and amtool; the alerts belong to the Source `prometheus`.",
      requestBody: { required: true, content: ANY_JSON },
      responses: {
        200: { description: 'All alerts are stored.' },
        400: refused('Some alerts are invalid; the others are stored.'),
        404: refused('No Source `prometheus` of format prometheus is declared.'),
        503: refused('Nothing was stored; Retry-After says when to come again.'),
      },
    },
  },
  '/v1/callbacks/{tenant}/{channel}': {
    post: {
      operationId: 'postCallback',
      summary: "What a channel's provider reports later of messages that it accepted, signed by the provider.",
      parameters: ['tenant', 'channel'].map((name) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      responses: {
        200: { description: 'Kept.' },
        400: refused('The report cannot be read.'),
        401: refused('It does not come from the provider.'),
        404: refused('No such channel, or its type has no call-backs.'),
        503: refused('It could not be stored now.'),
      },
    },
  },
  '/v1/interactions/slack/{tenant}/{channel}': {
    post: {
      operationId: 'postSlackInteraction',
      summary: "Clicks on buttons of a Slack channel's messages, signed by Slack: acknowledge, snooze.",
      parameters: ['tenant', 'channel'].map((name) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: { type: 'object' } } } },
      responses: {
        200: { description: 'Taken; what comes of it is said in the message.' },
        400: refused('The interaction cannot be read.'),
        401: refused('The signature does not hold, or it is older than five minutes.'),
        404: refused('No such Slack channel, or it has no signing secret.'),
      },
    },
  },
  '/healthz': plain('getHealth', 'The process lives.', 'application/json'),
  '/readyz': plain(
    'getReadiness',
    'The process takes work; notes say what is wrong all the same.',
    'application/json',
    {
      503: { description: 'It does not; the reasons say why.', content: ANY_JSON },
    },
  ),
  '/-/healthy': plain('getAlertmanagerHealth', 'The process lives, for probes of an Alertmanager.', 'text/plain'),
  '/-/ready': plain(
    'getAlertmanagerReadiness',
    'The process takes work, for probes of an Alertmanager.',
    'text/plain',
    {
      503: { description: 'It does not, and why.', content: { 'text/plain': {} } },
    },
  ),
  '/metrics': plain('getMetrics', 'Metrics in the Prometheus text format.', 'text/plain'),
} as const;
