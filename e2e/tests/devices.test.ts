import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { test } from '../support/test.ts';
import { atHome, composer, expectStatus, expectTexts, find, openChat, send } from '../support/widget.ts';

/** The button that takes another device off the account, whether that is new or not. */
const REMOVE = /^(?:Remove|This was not me): /u;

/** Opens “Link a new device” on a signed-in device and reads the code. */
async function showCode(widget: Locator): Promise<string> {
  await widget.getByRole('button', { name: 'Settings' }).click();
  await widget.getByRole('button', { name: 'Link a new device' }).click();
  return (await widget.locator('seal-link-old #code').innerText()).trim();
}

async function enterCode(widget: Locator, code: string): Promise<void> {
  await widget.getByRole('button', { name: 'Link with another device' }).click();
  await widget.getByLabel('Code from your other device').fill(code);
  await widget.getByRole('button', { name: 'Continue', exact: true }).click();
}

/** The six digits that both devices show. */
async function sas(widget: Locator): Promise<string> {
  await widget.getByRole('heading', { name: 'Do both devices show this number?' }).waitFor();
  return (await widget.locator('.code.large').innerText()).trim();
}

/** Links `newDevice` to the account of `oldDevice`, through both widgets. */
async function link(oldDevice: Locator, newDevice: Locator): Promise<void> {
  await enterCode(newDevice, await showCode(oldDevice));
  const [there, here] = await Promise.all([sas(oldDevice), sas(newDevice)]);
  expect(here).toMatch(/^\d{3}.?\d{3}$/u);
  expect(here).toBe(there);
  await oldDevice.getByRole('button', { name: 'Yes, they match' }).click();
  await oldDevice.getByText('The new device is linked.').waitFor();
  await atHome(newDevice);
}

test('a second device gets every message, and the first one shows what it sends', async ({ person, openDevice }) => {
  const [alice, bob] = await Promise.all([person('alice'), person('bob')]);
  await find(alice.widget, 'bob');
  await send(alice.widget, 'before');
  await openChat(bob.widget, 'alice');
  await expectTexts(bob.widget, ['before']);

  const phone = await openDevice('bob’s phone');
  await link(bob.widget, phone.widget);
  await openChat(phone.widget, 'alice');
  await phone.widget.getByText('Messages from before this device was linked stay on your other devices.').waitFor();

  await send(alice.widget, 'to both of Bob’s');
  await expectTexts(phone.widget, ['to both of Bob’s']);
  await expectTexts(bob.widget, ['before', 'to both of Bob’s']);
  await send(phone.widget, 'from the phone');
  await expectTexts(bob.widget, ['before', 'to both of Bob’s', 'from the phone']);
  await send(bob.widget, 'from the laptop');
  await expectTexts(phone.widget, ['to both of Bob’s', 'from the phone', 'from the laptop']);
  await expectTexts(alice.widget, ['before', 'to both of Bob’s', 'from the phone', 'from the laptop']);
  await expectStatus(phone.widget, 'from the laptop', 'read');
});

test('a removed device receives nothing more and is told why', async ({ person, openDevice }) => {
  const [carol, dave] = await Promise.all([person('carol'), person('dave')]);
  const phone = await openDevice('dave’s phone');
  await link(dave.widget, phone.widget);
  await find(carol.widget, 'dave');
  await send(carol.widget, 'to both');
  await openChat(phone.widget, 'carol');
  await expectTexts(phone.widget, ['to both']);

  await dave.widget.getByRole('button', { name: 'Back' }).first().click();
  await dave.widget.getByRole('button', { name: REMOVE }).click();
  await dave.widget.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect.poll(() => dave.widget.getByRole('button', { name: REMOVE }).count()).toBe(0);
  await phone.widget.getByText('This device was removed from your account.').waitFor();
  await composer(phone.widget).waitFor({ state: 'detached' });

  const before = phone.traffic.frames().received;
  await send(carol.widget, 'not for the phone');
  await dave.widget.getByRole('button', { name: 'Back' }).click();
  await openChat(dave.widget, 'carol');
  await expectTexts(dave.widget, ['to both', 'not for the phone']);
  await expectStatus(carol.widget, 'not for the phone', 'read');
  await expectTexts(phone.widget, ['to both']);
  // The server ended its connection: nothing at all came after.
  expect(phone.traffic.frames().received).toBe(before);

  await phone.page.reload();
  await phone.widget.getByText('This device was removed from your account.').waitFor();
  await phone.widget.locator('.row').filter({ hasText: 'carol' }).click();
  await expectTexts(phone.widget, ['to both']);
});

test('a device that was away while another one was removed can still send', async ({ person, openDevice }) => {
  const [erin, frank] = await Promise.all([person('erin'), person('frank')]);
  const phone = await openDevice('frank’s phone');
  await link(frank.widget, phone.widget);
  await find(erin.widget, 'frank');
  await send(erin.widget, 'one');
  await expectStatus(erin.widget, 'one', 'delivered');

  erin.network.cut();
  await send(erin.widget, 'two');
  await frank.widget.getByRole('button', { name: 'Back' }).first().click();
  await frank.widget.getByRole('button', { name: REMOVE }).click();
  await frank.widget.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await phone.widget.getByText('This device was removed from your account.').waitFor();
  erin.network.restore();
  await frank.widget.getByRole('button', { name: 'Back' }).click();
  await openChat(frank.widget, 'erin');
  await expectTexts(frank.widget, ['one', 'two']);
});

test('a wrong linking code is refused with what is wrong with it', async ({ person, openDevice }) => {
  const grace = await person('grace');
  const code = await showCode(grace.widget);
  const phone = await openDevice('grace’s phone');
  await enterCode(phone.widget, 'not a code');
  await phone.widget.getByRole('alert').getByText('That code is incorrect. Check it for typing mistakes.').waitFor();
  // Well formed, but nobody's.
  const last = code.at(-1) === '0' ? '1' : '0';
  await phone.widget.getByLabel('Code from your other device').fill(code.slice(0, -1) + last);
  await phone.widget.getByRole('button', { name: 'Continue', exact: true }).click();
  await phone.widget.getByRole('alert').waitFor();
  await phone.widget.getByRole('button', { name: 'Try again' }).click();
  await phone.widget.getByLabel('Code from your other device').fill(code);
  await phone.widget.getByRole('button', { name: 'Continue', exact: true }).click();
  expect(await sas(phone.widget)).toBe(await sas(grace.widget));
});

test('a new device does not join when its owner says that the digits differ', async ({ person, openDevice }) => {
  const heidi = await person('heidi');
  const phone = await openDevice('heidi’s phone');
  await enterCode(phone.widget, await showCode(heidi.widget));
  await Promise.all([sas(heidi.widget), sas(phone.widget)]);
  await heidi.widget.getByRole('button', { name: 'No, stop' }).click();
  await phone.widget.getByRole('alert').waitFor();
  await heidi.widget.getByRole('button', { name: 'Back' }).first().click();
  await heidi.widget.getByText('This device', { exact: true }).waitFor();
  expect(await heidi.widget.getByRole('button', { name: REMOVE }).count()).toBe(0);
});

test('the recovery code brings the account back, and a wrong one does not', async ({ personWithCode, openDevice }) => {
  const [ivan, judy] = await Promise.all([personWithCode('ivan'), personWithCode('judy')]);
  await find(ivan.widget, 'judy');
  await send(ivan.widget, 'before');
  await expectStatus(ivan.widget, 'before', 'delivered');

  const laptop = await openDevice('judy’s new laptop');
  await laptop.widget.getByRole('button', { name: 'Use a recovery code' }).click();
  const recover = async (name: string, code: string): Promise<void> => {
    await laptop.widget.getByLabel('Your name').fill(name);
    await laptop.widget.getByLabel('Recovery code').fill(code);
    await laptop.widget.getByRole('button', { name: 'Recover account' }).click();
  };
  await recover('judy', 'ABCD');
  await laptop.widget.getByRole('alert').getByText('That code is incorrect. Check it for typing mistakes.').waitFor();
  await recover('judy', ivan.recoveryCode);
  await laptop.widget.getByRole('alert').getByText('That code is incorrect. Check it for typing mistakes.').waitFor();
  await recover('nobody', judy.recoveryCode);
  await laptop.widget.getByRole('alert').getByText('Nothing was found under that name.').waitFor();
  await recover('judy', judy.recoveryCode.toLowerCase());
  await atHome(laptop.widget);

  await send(ivan.widget, 'after');
  await openChat(laptop.widget, 'ivan');
  await expectTexts(laptop.widget, ['after']);
  await send(laptop.widget, 'I am back');
  await expectTexts(ivan.widget, ['before', 'after', 'I am back']);
  await openChat(judy.widget, 'ivan');
  await expectTexts(judy.widget, ['before', 'after', 'I am back']);
});
