/** CloudFormation's intrinsic functions, as far as the examples use them, strictly. */
import assert from 'node:assert/strict';
import { isObject, type JsonObject } from '../../agent/host/json.ts';
import { child } from './child.ts';

export type Parameters = Record<string, string | readonly string[]>;

/** What a template and its parameters give to look names up in. */
export interface Scope {
  template: JsonObject;
  values: Parameters;
}

/** `AWS::NoValue`: as if nothing stood there. */
const noValue = Symbol('AWS::NoValue');

/** The value with its functions called. Throws where CloudFormation would refuse. */
export function evaluate(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((each) => evaluate(each, scope)).filter((each) => each !== noValue);
  }
  if (!isObject(value)) {
    return value;
  }
  const [[name, argument] = ['', undefined], ...more] = Object.entries(value);
  if (more.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) {
    return call(name, argument, scope);
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]) => [key, evaluate(each, scope)] as const)
      .filter(([, each]) => each !== noValue),
  );
}

function call(name: string, argument: unknown, scope: Scope): unknown {
  if (name === 'Fn::If') {
    assert(Array.isArray(argument) && argument.length === 3);
    const condition = evaluate(child(scope.template, 'Conditions')[String(argument[0])], scope);
    assert(typeof condition === 'boolean', `condition ${argument[0]}`);
    return evaluate(argument[condition ? 1 : 2], scope);
  }
  const value = evaluate(argument, scope);
  if (name === 'Ref') {
    return value === 'AWS::NoValue'
      ? noValue
      : (scope.values[String(value)] ?? resource(String(value), scope));
  }
  if (name === 'Fn::Base64') {
    return Buffer.from(text(value)).toString('base64');
  }
  if (name === 'Fn::Sub') {
    const [template, values] = Array.isArray(value) ? value : [value, {}];
    return substitute(text(template), isObject(values) ? values : {}, scope);
  }
  assert(Array.isArray(value), `${name} has a list of arguments`);
  const [first, second] = value;
  switch (name) {
    case 'Fn::Equals':
      return first === second;
    case 'Fn::And':
      return value.every((each) => each === true);
    case 'Fn::Not':
      return first === false;
    case 'Fn::Join':
      assert(Array.isArray(second), 'Fn::Join joins a list');
      return second.map(text).join(text(first));
    case 'Fn::Split':
      return text(second).split(text(first));
    case 'Fn::GetAtt':
      return `${resource(text(first), scope)}.${second}`;
    default:
      throw new Error(`${name} is not known here`);
  }
}

function substitute(template: string, values: JsonObject, scope: Scope): string {
  return template.replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
    if (literal !== '') {
      return `\${${name}}`;
    }
    return text(values[name] ?? scope.values[name] ?? resource(name.split('.')[0] ?? '', scope));
  });
}

function resource(name: string, scope: Scope): string {
  assert(name in child(scope.template, 'Resources'), `${name} is a parameter or a resource`);
  return name;
}

function text(value: unknown): string {
  assert(typeof value === 'string' || typeof value === 'number', `${JSON.stringify(value)} is text`);
  return String(value);
}
