/** What CloudFormation makes of a template and its parameters. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { isObject, type JsonObject } from '../../agent/host/json.ts';
import { child } from './child.ts';
import { evaluate, type Parameters } from './intrinsics.ts';

const pseudo: Parameters = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::StackName': 'stack',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** A template with the short forms of its functions written out: `!Sub x` as `{"Fn::Sub": "x"}`. */
export function readTemplate(file: URL): JsonObject {
  const document = parseDocument(readFileSync(file, 'utf8'), { logLevel: 'silent' });
  assert.deepEqual(document.errors, []);
  const template = longForm(document.contents);
  assert(isObject(template));
  return template;
}

/** The template's resources, with these parameters put in. Throws where CloudFormation would refuse. */
export function evaluateResources(template: JsonObject, given: Parameters): JsonObject {
  const parameters: Parameters = {};
  const declared = child(template, 'Parameters');
  for (const name of Object.keys(declared)) {
    parameters[name] = parameterValue(name, child(declared, name), given[name]);
  }
  const unknown = Object.keys(given).filter((name) => !(name in declared));
  assert.deepEqual(unknown, [], 'parameters that the template does not have');
  const scope = { template, values: { ...pseudo, ...parameters } };
  for (const [name, rule] of Object.entries(isObject(template.Rules) ? template.Rules : {})) {
    assert(isObject(rule) && Array.isArray(rule.Assertions));
    const broken = rule.Assertions.find(({ Assert: assertion }) => evaluate(assertion, scope) !== true);
    assert(broken === undefined, `${name}: ${broken?.AssertDescription}`);
  }
  const resources = evaluate(child(template, 'Resources'), scope);
  assert(isObject(resources));
  return resources;
}

function longForm(node: unknown): unknown {
  const value = isMap(node)
    ? Object.fromEntries(node.items.map((pair) => [String(pair.key), longForm(pair.value)]))
    : isSeq(node)
      ? node.items.map(longForm)
      : isScalar(node)
        ? node.value
        : null;
  const tag = isMap(node) || isSeq(node) || isScalar(node) ? node.tag : undefined;
  if (tag === undefined || !/^!\w/.test(tag)) {
    return value;
  }
  const name = tag.slice(1);
  if (name === 'GetAtt' && typeof value === 'string') {
    return { 'Fn::GetAtt': value.split('.') };
  }
  return { [name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`]: value };
}

function parameterValue(name: string, declaration: JsonObject, given: Parameters[string] | undefined) {
  const isList = /^List<|^CommaDelimitedList$/.test(String(declaration.Type));
  const fallback = declaration.Default === undefined ? undefined : String(declaration.Default);
  const value = given ?? (isList && fallback !== undefined ? fallback.split(',') : fallback);
  assert(value !== undefined, `parameter ${name} is needed`);
  assert.equal(Array.isArray(value), isList, `parameter ${name} is ${isList ? 'a' : 'no'} list`);
  const { AllowedPattern: pattern, AllowedValues: values } = declaration;
  if (typeof pattern === 'string') {
    assert.match(String(value), new RegExp(`^(?:${pattern})$`), `parameter ${name}`);
  }
  if (Array.isArray(values)) {
    assert(values.includes(value), `parameter ${name} is one of ${values}`);
  }
  return value;
}
