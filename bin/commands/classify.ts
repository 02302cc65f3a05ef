/** What is known of namespaces by the resources of the configuration folder. */

import type { LabelSet } from '../../alert/alert.ts';
import type { RuledProfile } from '../../rules/profile.ts';
import { type Command, UsageError } from '../command.ts';
import { namesIn } from '../names.ts';
import { profileJson, profileLines, profileTable } from '../namespace-answer.ts';
import { resourcesIn } from '../resources.ts';

/** So many are shown with every attribute and its reason; more become a table. */
const MOST_EXPLAINED = 10;

export const classify: Command = {
  usage: ['classify NAME…', 'classify -'],
  description:
    'Tells of each namespace its environment, priority and attributes by the resources of the configuration folder, with the\n' +
    `rule that each comes from, and whether its name follows the NamingStandard. Where people put it by a promotion, only\n` +
    `the running Herald knows (GET /v1/namespaces/TENANT/NAME). \`-\` reads one name per line. More than ${MOST_EXPLAINED} become a table.\n` +
    'With --json, one object a line: namespace, environment, priority, reason, rule (the pattern or label that decided),\n' +
    'policy, the attributes, violations, and because: the reason of each.',
  options: {
    tenant: { type: 'string', value: 'NAME', description: 'whose resources (default)' },
    labels: { type: 'string', value: 'KEY=VALUE,…', description: 'labels that the namespaces have in their cluster' },
    json: { type: 'boolean', description: 'JSON lines' },
  },
  positionals: { min: 1, max: Number.POSITIVE_INFINITY },
  async run({ positionals, options, environment, print }) {
    const labels = options.labels === undefined ? undefined : labelsIn(String(options.labels));
    const { profiler } = await resourcesIn(environment.config);
    const { profile } = profiler(String(options.tenant ?? 'default'));
    const found: (readonly [string, RuledProfile])[] = [];
    for await (const name of namesIn(positionals)) {
      if (options.json === true) print.json(profileJson(name, profile(name, labels)));
      else found.push([name, profile(name, labels)]);
    }
    if (found.length > MOST_EXPLAINED) for (const line of profileTable(found, print)) print.line(line);
    else for (const [name, one] of found) for (const line of profileLines(name, one, print)) print.line(line);
    return 0;
  },
};

function labelsIn(text: string): LabelSet {
  const labels: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const [, key, value] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
    if (key === undefined || value === undefined)
      throw new UsageError(`--labels ${JSON.stringify(pair)}: KEY=VALUE, several with commas between`);
    labels[key] = value;
  }
  return labels;
}
