import * as z from 'zod';
import { apiVersion, documentSchema, kind } from './schema.ts';

/** The JSON Schema (2020-12) of a configuration document, for editors. `check` knows rules that it cannot express. */
export function jsonSchema() {
  const { $schema, ...schema } = z.toJSONSchema(documentSchema, { io: 'input' });
  return { $schema, $id: `https://${apiVersion}/${kind}.schema.json`, title: kind, ...schema };
}
