import t from 'tap';
import { ids, smallWorld } from './small-world.ts';

t.test('parameters that do not go together, or are of the wrong form', async (t) => {
  const { sim, user } = await smallWorld(t);
  const { id } = sim.world.addEni({ subnetId: ids.subnet });
  const { instanceId } = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const call = async (form: string) => {
    const now = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const response = await fetch(sim.ec2Url, {
      method: 'POST',
      body: new URLSearchParams(`Version=2016-11-15&${form}`),
      headers: {
        'x-amz-date': now,
        authorization:
          `AWS4-HMAC-SHA256 Credential=${user.accessKeyId}/${now.slice(0, 8)}/us-east-1/ec2/aws4_request, ` +
          `SignedHeaders=host, Signature=${'0'.repeat(64)}`,
      },
    });
    return response.text();
  };
  const create = `Action=CreateNetworkInterface&SubnetId=${ids.subnet}`;
  const modify = `Action=ModifyNetworkInterfaceAttribute&NetworkInterfaceId=${id}`;
  const reserve = `Action=CreateSubnetCidrReservation&SubnetId=${ids.subnet}&Cidr=10.0.4.32/28&ReservationType=explicit`;
  const assign = `Action=AssignPrivateIpAddresses&NetworkInterfaceId=${id}`;
  const attach = `Action=AttachNetworkInterface&NetworkInterfaceId=${id}&InstanceId=${instanceId}`;
  const named = 'PrivateIpAddresses.1.PrivateIpAddress=10.0.4.9';
  const count = 'SecondaryPrivateIpAddressCount=1';
  const pairs = [
    [named, count],
    [named, 'Ipv4PrefixCount=1'],
    [named, 'Ipv4Prefix.1.Ipv4Prefix=10.0.4.16/28'],
    [count, 'Ipv4PrefixCount=1'],
    [count, 'Ipv4Prefix.1.Ipv4Prefix=10.0.4.16/28'],
    ['Ipv4PrefixCount=1', 'Ipv4Prefix.1.Ipv4Prefix=10.0.4.16/28'],
  ];
  const cases: [string, string, RegExp][] = [
    [`${create}&PrivateIpAddress.1=x`, 'InvalidParameter', /PrivateIpAddress must be a single value/],
    [`${create}&SecurityGroupId=sg-00000001`, 'InvalidParameter', /SecurityGroupId must be a list/],
    [`${create}&TagSpecification.1=x`, 'InvalidParameter', /TagSpecification must be a list/],
    [`${create}&InterfaceType=trunk`, 'InvalidParameterValue', /trunk/],
    [`${create}&Ipv4Prefix.1.Ipv4Prefix=10.0.4.0/27`, 'InvalidParameterValue', /10\.0\.4\.0\/27/],
    [`${create}&Ipv4Prefix.1.Ipv4Prefix=10.0.9.0/28`, 'InvalidParameterValue', /range/],
    [`${create}&Ipv4Prefix.1.Ipv4Prefix=10.0.4.0/28`, 'InvalidIPAddress.InUse', /10\.0\.4\.0\/28/],
    [
      `${create}&PrivateIpAddress=10.0.4.9&PrivateIpAddresses.1.PrivateIpAddress=10.0.4.10&PrivateIpAddresses.1.Primary=true`,
      'InvalidParameterCombination',
      /one primary/,
    ],
    [`${attach}&DeviceIndex=-1`, 'InvalidParameterValue', /-1 .* DeviceIndex/],
    [`${attach}&DeviceIndex=256`, 'InvalidParameterValue', /256 .* DeviceIndex/],
    [`${attach}&DeviceIndex=1&NetworkCardIndex=-1`, 'InvalidParameterValue', /-1 .* NetworkCardIndex/],
    ...[create, assign].flatMap((call): typeof cases => [
      [`${call}&SecondaryPrivateIpAddressCount=0`, 'InvalidParameterValue', / 0 .*Count/],
      [`${call}&SecondaryPrivateIpAddressCount=-5`, 'InvalidParameterValue', /-5 .*Count/],
      [`${call}&SecondaryPrivateIpAddressCount=51`, 'InvalidParameterValue', /51 .*Count/],
      [`${call}&Ipv4PrefixCount=0`, 'InvalidParameterValue', / 0 .*Count/],
      [`${call}&Ipv4PrefixCount=-1`, 'InvalidParameterValue', /-1 .*Count/],
    ]),
    ...pairs.map((pair): (typeof cases)[number] => [
      `${create}&${pair.join('&')}`,
      'InvalidParameterCombination',
      /together/,
    ]),
    [modify, 'MissingParameter', /exactly one attribute/],
    [`${modify}&SourceDestCheck=true`, 'InvalidParameter', /SourceDestCheck must be a structure/],
    [
      `${modify}&Attachment.AttachmentId=eni-attach-0000000a&Attachment.DeleteOnTermination=true`,
      'InvalidAttachmentID.NotFound',
      /eni-attach-0000000a/,
    ],
    [`${modify}&SecurityGroupId.1=${ids.foreignGroup}`, 'InvalidParameter', /networks/],
    [`${reserve}&TagSpecification.1.ResourceType=subnet-cidr-reservation`, 'UnknownParameter', /TagSp/],
    [assign, 'MissingParameter', /PrivateIpAddress or/],
    [`${assign}&Ipv4PrefixCount=1&PrivateIpAddress.1=10.0.4.9`, 'InvalidParameterCombination', /together/],
    [
      `Action=DetachNetworkInterface&AttachmentId=${id}`,
      'InvalidNetworkInterfaceAttachmentId.Malformed',
      /eni-/,
    ],
  ];
  for (const [form, code, message] of cases) {
    const xml = await call(form);
    t.match(xml, `<Code>${code}</Code>`, form);
    t.match(xml, message);
  }
  t.match(await call(`${modify}&SecurityGroupId.1=${ids.group}`), /<return>true/);
  t.match(await call(`${modify}&Description.Value=`), /<return>true/);
  t.match(sim.world.store.eni(id), { securityGroups: [ids.group], description: '' });
});
