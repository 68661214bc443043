import { methods } from '#compute/methods/registry.ts';
import { parseCommandLine } from '../arguments.ts';
import type { Command } from '../main.ts';
import { printJson } from '../report.ts';

export const methodsCommand: Command = {
  help: `vesalius methods [--json]

Every segmentation method: id, title, settings with ranges and units, and its source.
Example: vesalius methods --json`,
  async run(args) {
    const line = parseCommandLine(args, { json: { type: 'boolean' } });
    if (line.flag('json')) {
      printJson({ methods });
      return;
    }
    for (const { id, title, settings, source } of methods) {
      console.log(`${id}\n  ${title}. Source: ${source}`);
      for (const setting of settings) {
        const range = 'min' in setting && setting.min !== undefined ? `, ${setting.min} to ${setting.max}` : '';
        console.log(
          `  --set ${setting.name}=…  ${setting.type}, default ${setting.default}${range}${setting.unit ? ` ${setting.unit}` : ''}`,
        );
      }
    }
  },
};
