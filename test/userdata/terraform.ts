/** What Terraform makes of userdata/terraform/: of its language no more than is used there, and that strictly. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { parse } from '@cdktf/hcl2json';
import { isObject, type JsonObject } from '../../agent/host/json.ts';
import { child } from './child.ts';

/** All blocks of the module's files: type → labels → bodies. Throws where HashiCorp's parser would. */
export async function readModule(folder: URL): Promise<JsonObject> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  const files = await Promise.all(
    names.map(async (name): Promise<JsonObject> => parse(name, readFileSync(new URL(name, folder), 'utf8'))),
  );
  return files.reduce(merge, {});
}

/** The one block of this type and name. */
export function block(module: JsonObject, kind: string, type: string, name = 'this'): JsonObject {
  const bodies = child(child(module, kind), type)[name];
  assert(Array.isArray(bodies) && bodies.length === 1 && isObject(bodies[0]), `${kind} ${type}.${name}`);
  return bodies[0];
}

/** The variables' values: those of the example, and the defaults. */
export async function variables(module: JsonObject, folder: URL): Promise<JsonObject> {
  const text = readFileSync(new URL('terraform.tfvars.example', folder), 'utf8');
  const given: JsonObject = await parse('terraform.tfvars', text);
  const declared = child(module, 'variable');
  assert.deepEqual(
    Object.keys(given).filter((name) => !(name in declared)),
    [],
    'values for variables that are not declared',
  );
  const values = Object.entries(declared).map(([name, bodies]) => {
    const value = given[name] ?? (Array.isArray(bodies) ? bodies[0].default : undefined);
    assert(value !== undefined, `variable ${name} has a value`);
    return [name, literal(value)] as const;
  });
  return Object.fromEntries(values);
}

/**
 * The user data of the launch template as IMDS serves it. `data` holds what the data sources answer, by the
 * expressions that ask for it.
 */
export async function terraformUserData(folder: URL, data: Record<string, string>): Promise<Buffer> {
  const module = await readModule(folder);
  const values = await variables(module, folder);
  assert.equal(block(module, 'resource', 'aws_launch_template').user_data, '${base64gzip(local.user_data)}');
  const { locals } = module;
  assert(Array.isArray(locals) && isObject(locals[0]));
  const [, file = '', entries = ''] =
    /^\$\{templatefile\("\$\{path\.module\}\/([\w.-]+)", \{\n([^}]*)\}\)\}$/.exec(
      String(locals[0].user_data),
    ) ?? [];
  const passed: Record<string, unknown> = {};
  for (const line of entries.trim().split('\n')) {
    const [, name = '', expression = ''] = /^ *(\w+) += (\S+)$/.exec(line) ?? [];
    const value = expression.startsWith('var.') ? values[expression.slice(4)] : data[expression];
    assert(value !== undefined, `${line.trim()} has a value`);
    passed[name] = value;
  }
  return gzipSync(render(readFileSync(new URL(file, folder), 'utf8'), passed));
}

/** `templatefile`, with `${name}`, `${jsonencode(name)}` and `$${` for a literal `${`. */
function render(template: string, values: JsonObject): string {
  assert(!template.includes('%{'), 'directives are not known here');
  const used = new Set<string>();
  const text = template.replace(/(\$?)\$\{([^}]*)\}/g, (_, literally: string, expression: string) => {
    if (literally !== '') {
      return `\${${expression}}`;
    }
    const [, encode, name = ''] = /^(?:(jsonencode)\()?(\w+)\)?$/.exec(expression) ?? [];
    assert(name in values, `${expression} is passed to the template`);
    used.add(name);
    const value = values[name];
    assert(encode !== undefined || typeof value === 'string', `${name} is text`);
    return encode === undefined ? String(value) : JSON.stringify(value);
  });
  assert.deepEqual([...used].sort(), Object.keys(values).sort(), 'what is passed is used');
  return text;
}

/** A value without expressions, its escapes taken off. */
function literal(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(literal);
  }
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, literal(each)]));
  }
  if (typeof value !== 'string') {
    return value;
  }
  assert(!/(?:^|[^$])\$\{/.test(value), `${value} is a value, not an expression`);
  return value.replaceAll('$${', '${');
}

function merge(one: JsonObject, other: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const before = merged[key];
    if (isObject(before) && isObject(value)) {
      merged[key] = merge(before, value);
    } else {
      assert(before === undefined, `${key} is there twice`);
      merged[key] = value;
    }
  }
  return merged;
}
