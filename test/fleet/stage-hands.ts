import type { FaultKind } from '../simulator/api/faults.ts';
import { isParams, type Param } from '../simulator/api/params.ts';
import type { Judge } from './judge.ts';
import type { Others } from './others.ts';
import type { Call, Region } from './region.ts';
import type { Story } from './story.ts';
import { faultText, type Sky } from './weather.ts';

interface StageHands {
  judge: Judge;
  others: Others;
  story: Story;
  sky: Sky;
}

/** Puts those behind the scenes to work at each call: who counts, kills, disturbs, is faster, judges and tells. */
export function listen(region: Region, { judge, others, story, sky }: StageHands): void {
  region.trouble = (call) => {
    region.world.settle();
    const life = judge.lives.get(call.instanceId ?? '');
    const who = life?.plan.name ?? 'sweep';
    if (life?.run !== undefined) {
      life.run.calls += 1;
    }
    let fault: FaultKind | undefined;
    if (life?.trips('call', 'before') === true) {
      fault = 'reset';
    } else {
      life?.trips('call', 'after');
      fault = sky.meet(call, region);
    }
    const isSniped = call.action === 'CreateNetworkInterface' && others.snipe(call.params);
    if (life?.run !== undefined && (fault !== undefined || isSniped)) {
      life.run.faults += 1;
    }
    const exitCode = sky.exitCodeFor(fault);
    if (exitCode !== undefined) {
      life?.run?.causes.add(exitCode);
    }
    if (fault !== undefined) {
      story.tell(who, () => `  ${callText(call)} meets ${faultText(fault)}`);
    }
    judge.before(call);
    return fault;
  };
  region.onCall = (happening) => {
    const { call, code } = happening;
    const who = judge.lives.get(call.instanceId ?? '')?.plan.name ?? 'sweep';
    story.tell(who, () => `  ${callText(call)} -> ${code ?? 'done'}`);
    judge.after(happening);
  };
}

function callText({ action, params }: Call): string {
  const { TagSpecification: _, MaxResults: __, ClientToken: ___, Description: ____, ...rest } = params;
  return [action, ...Object.entries(rest).map(([name, value]) => paramText(name, value))].join(' ');
}

function paramText(name: string, value: Param): string {
  if (typeof value === 'string') {
    return `${name}=${value}`;
  }
  const texts = (Array.isArray(value) ? value : [value]).map((each) =>
    isParams(each) ? Object.values(each).flat().map(wordText).join('=') : wordText(each),
  );
  return `${name}=${texts.slice(0, 4).join(',')}${texts.length > 4 ? ` and ${texts.length - 4} more` : ''}`;
}

function wordText(value: Param): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
