/** An alertmanager.yml as resources, on standard output; what has to be done by hand on standard error. */

import { importAlertmanager } from '../../resources/alertmanager-import.ts';
import { formatProblems } from '../../resources/problem.ts';
import { parseYaml, printYaml } from '../../resources/yaml-file.ts';
import { type Command, CommandFailed } from '../command.ts';
import { readInput } from '../input.ts';

export const importCommand: Command = {
  usage: ['import ALERTMANAGER.YML|-'],
  description:
    'Prints the resources that say what the configuration of an Alertmanager says: routes, inhibitions, time intervals, and\n' +
    'the receivers that Herald has channels for. Secrets become references to variables. What is left to do by hand stands on\n' +
    'standard error. Then: herald check DIR --without-secrets.',
  options: { json: { type: 'boolean', description: 'print {"resources", "notes"} as JSON' } },
  positionals: { min: 1, max: 1 },
  async run({ positionals: [file = '-'], options, print }) {
    const { documents, problems } = parseYaml(file, await readInput(file));
    if (problems.length > 0) throw new CommandFailed(formatProblems(problems).trimEnd());
    const imported = importAlertmanager(documents[0]?.value);
    if (imported === null)
      throw new CommandFailed(`${file}: has no route; allowed: the configuration of an Alertmanager`);
    const { resources, notes } = imported;
    if (options.json === true) print.json({ resources, notes });
    else {
      print.line(resources.map((one) => printYaml(one).trimEnd()).join('\n---\n'));
      for (const note of notes) print.note(note);
    }
    return 0;
  },
};
