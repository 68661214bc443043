import { type Format, latin1 } from '../format.ts';

export const metaImageFormat: Format<'metaimage'> = {
  id: 'metaimage',
  name: 'MetaImage',
  extensions: ['.mha', '.mhd'],
  specification: 'https://itk.org/Wiki/ITK/MetaIO/Documentation',
  // No magic: one of the two keys that its first lines hold, after comments.
  matches: (head) => /^(\s*(#[^\n]*|Comment\s*[=:][^\n]*)\n)*\s*(ObjectType|NDims)\s*[=:]/i.test(latin1(head, 0, 1024)),
};
