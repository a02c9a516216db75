import type { InterfacePlan, Plan } from './steps.ts';

/** One EC2 call that changes something, as `plan` lists it. */
export interface Write {
  action: string;
  interface?: string;
  eniId?: string;
  subnetId?: string;
  /** Absent where EC2 chooses. */
  address?: string;
  deviceIndex?: number;
  networkCard?: number;
  deleteOnTermination?: boolean;
  sourceDestCheck?: boolean;
}

/** The EC2 writes of a plan, in the order in which `run` starts them for each interface. */
export function writesOf(plan: Plan): Write[] {
  return [
    ...plan.surplus.map((eni) => ({ action: 'DeleteNetworkInterface', eniId: eni.id })),
    ...plan.abandoned.flatMap((intent) => [
      createOf(intent.interface, intent.subnetId, intent.address),
      { action: 'DeleteNetworkInterface', interface: intent.interface },
    ]),
    ...plan.interfaces.flatMap(writesOfInterface),
  ];
}

function writesOfInterface(plan: InterfacePlan): Write[] {
  const { config, source, deviceIndex } = plan;
  const eni = { interface: config.name, ...('eni' in source ? { eniId: source.eni.id } : {}) };
  const subnetId = source.kind === 'recover' ? source.intent.subnetId : plan.choices[0]?.subnetId;
  const writes: Write[] = [];
  if (source.kind === 'create' || source.kind === 'recover') {
    writes.push(createOf(config.name, subnetId, plan.address));
  }
  if (source.kind !== 'attached') {
    writes.push({ action: 'AttachNetworkInterface', ...eni, deviceIndex, networkCard: plan.networkCard });
  }
  if (plan.setDeleteOnTermination) {
    const { deleteOnTermination } = config;
    writes.push({ action: 'ModifyNetworkInterfaceAttribute', ...eni, deleteOnTermination });
  }
  if (plan.setSourceDestCheck) {
    const { sourceDestCheck } = config;
    writes.push({ action: 'ModifyNetworkInterfaceAttribute', ...eni, sourceDestCheck });
  }
  return writes;
}

function createOf(name: string, subnetId: string | undefined, address: string | undefined): Write {
  return {
    action: 'CreateNetworkInterface',
    interface: name,
    ...(subnetId === undefined ? {} : { subnetId }),
    ...(address === undefined ? {} : { address }),
  };
}
