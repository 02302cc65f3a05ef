/** Environment and priority of namespaces, by the resources of the configuration folder. */

import { createInterface } from 'node:readline';
import type { Classifier, NamespaceClassification } from '../../rules/classify.ts';
import type { Command } from '../command.ts';
import { type Print, printable, table } from '../print.ts';
import { resourcesIn } from '../resources.ts';

export const classify: Command = {
  usage: ['classify NAME…', 'classify -'],
  description:
    'Classifies namespaces by the EnvironmentPolicy of the tenant. `-` reads one name per line.\n' +
    'With --json, one object a line: namespace, environment, priority, reason, rule (the pattern that decided), policy.',
  options: {
    tenant: { type: 'string', value: 'NAME', description: 'whose policy (default)' },
    json: { type: 'boolean', description: 'JSON lines' },
  },
  positionals: { min: 1, max: Number.POSITIVE_INFINITY },
  async run({ positionals, options, environment, print }) {
    const { classifier } = await resourcesIn(environment.config);
    const policy = classifier(String(options.tenant ?? 'default'));
    if (options.json === true) for await (const name of names(positionals)) print.json(answer(name, policy));
    else await printTable(positionals, policy, print);
    return 0;
  },
};

/** Empty lines of standard input are no names. */
async function* names(positionals: readonly string[]): AsyncGenerator<string> {
  for (const name of positionals) {
    if (name !== '-') yield name;
    else for await (const line of createInterface({ input: process.stdin })) if (line.trim() !== '') yield line.trim();
  }
}

interface Answer extends Pick<NamespaceClassification, 'environment' | 'priority' | 'rule' | 'policy'> {
  readonly namespace: string;
  readonly reason: string;
}

function answer(name: string, classifier: Classifier): Answer {
  const { environment, priority, reasons, rule, policy } = classifier.classify(name);
  return { namespace: name, environment, priority, reason: reasons[0]?.code ?? '', rule, policy };
}

async function printTable(positionals: readonly string[], classifier: Classifier, print: Print): Promise<void> {
  const rows: string[][] = [];
  for await (const name of names(positionals)) {
    const { namespace, environment, priority, reason, rule, policy } = answer(name, classifier);
    rows.push([namespace, environment, priority, reason, rule ?? '', policy ?? ''].map(printable));
  }
  const header = ['NAMESPACE', 'ENVIRONMENT', 'PRIORITY', 'REASON', 'RULE', 'POLICY'];
  if (rows.length > 0) for (const line of table(header, rows, print.style)) print.line(line);
}
